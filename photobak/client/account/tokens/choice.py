"""Which token store a profile's sign-in is in, and which a new one goes to."""

from collections.abc import Mapping

from photobak.client.account.tokens.file import FileStore
from photobak.client.account.tokens.interface import TokenStore
from photobak.client.account.tokens.os_keyring import KeyringStore, KeyringUnavailable
from photobak.client.places import Places
from photobak.client.profile import Profile
from photobak.errors import ConfigError
from photobak.platform.host import has_desktop

VARIABLE = "PHOTOBAK_TOKEN_STORE"


def store_to_read(places: Places, profile: Profile, environ: Mapping[str, str]) -> TokenStore:
    """Where this profile's sign-in is.

    As ``$PHOTOBAK_TOKEN_STORE`` says, else the file if there is one, else the keyring. The file
    comes first because looking for it costs nothing, and because a cron job that has it never waits for a keyring.
    Where there is neither, it is the file, which says that there is no sign-in.

    Raises:
        ConfigError: the variable has another value, or asks for a keyring that isn't there.
    """
    file = FileStore.of(places, profile.name)
    wish = _wish(environ)
    if wish == "file" or (wish is None and (file.path.exists() or profile.is_local)):
        return file
    try:
        return KeyringStore.of(places, profile.name)
    except KeyringUnavailable as problem:
        if wish == "keyring":
            raise _no_keyring(problem) from None
        return file


def store_to_write(places: Places, profile: Profile, environ: Mapping[str, str]) -> tuple[TokenStore, str]:
    """Where a new sign-in of this profile goes, and what to tell the person about it ("" where it needs no word).

    ``$PHOTOBAK_TOKEN_STORE`` decides; else a local stack's goes to the file (its keys are in one anyway), a desktop's
    to the keyring, and any other machine's to the file: a keyring that must be unlocked by hand stops a cron job.

    Raises:
        ConfigError: the variable has another value, or asks for a keyring that isn't there.
    """
    file = FileStore.of(places, profile.name)
    wish = _wish(environ)
    if wish == "file" or (wish is None and profile.is_local):
        return file, ""
    if wish is None and not has_desktop(environ):
        return (
            file,
            f"This machine has no desktop to unlock a keyring on, so the sign-in is kept in {file.description}.",
        )
    try:
        return KeyringStore.of(places, profile.name), ""
    except KeyringUnavailable as problem:
        if wish == "keyring":
            raise _no_keyring(problem) from None
        return file, f"The keyring can't be used ({problem}), so the sign-in is kept in {file.description}."


def _wish(environ: Mapping[str, str]) -> str | None:
    wish = environ.get(VARIABLE) or None
    if wish not in (None, "file", "keyring"):
        raise ConfigError(f"{VARIABLE} can't be {wish!r}", next_step="Set it to keyring or file, or unset it")
    return wish


def _no_keyring(problem: KeyringUnavailable) -> ConfigError:
    return ConfigError(f"{VARIABLE}=keyring can't be obeyed", why=str(problem), next_step=f"Use {VARIABLE}=file")
