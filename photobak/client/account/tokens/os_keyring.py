"""The operating system's keyring as token store. It may hang on a dialog that nobody sees: calls are limited."""

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from photobak.client.account.tokens.interface import SignIn
from photobak.client.places import Places
from photobak.errors import ConfigError, SignInNeeded

T = TypeVar("T")

SERVICE = "photobak"
UNATTENDED_LIMIT = 10.0
"""Seconds that the keyring has for an answer where nobody can unlock it."""
ATTENDED_LIMIT = 120.0
"""Seconds on a terminal: somebody may have to type the keyring's password."""


class KeyringUnavailable(Exception):
    """There is no keyring, or it didn't answer; says why."""


@dataclass(frozen=True, slots=True)
class KeyringStore:
    """Keeps a profile's sign-in in the keyring, as the secret of ``account`` of the service ``photobak``."""

    backend: Any
    """A ``keyring.backend.KeyringBackend`` (or what has its three methods)."""
    account: str
    limit: float
    """Seconds that one call may take."""

    @classmethod
    def of(cls, places: Places, profile_name: str) -> "KeyringStore":
        """The store of one profile; the folder is in its name, so that two ``$PHOTOBAK_HOME``s never share one.

        Raises:
            KeyringUnavailable: this machine has no keyring that works.
        """
        limit = ATTENDED_LIMIT if sys.stdin is not None and sys.stdin.isatty() else UNATTENDED_LIMIT
        return cls(_backend(limit), f"{profile_name} in {places.config}", limit)

    @property
    def description(self) -> str:
        """For people."""
        return f"the keyring ({self.backend.name})"

    def read(self) -> SignIn | None:
        """See TokenStore."""
        try:
            content = _within(self.limit, lambda: self.backend.get_password(SERVICE, self.account))
            return SignIn.from_json(content) if content is not None else None
        except KeyringUnavailable as problem:
            raise SignInNeeded(
                "the sign-in can't be read from the keyring", why=str(problem), next_step=ADVICE
            ) from None
        except ValueError as error:
            raise SignInNeeded(
                "the sign-in in the keyring can't be used", why=str(error), next_step="Type: photobak login"
            ) from None

    def write(self, sign_in: SignIn) -> None:
        """See TokenStore."""
        secret = sign_in.to_json().decode()
        try:
            _within(self.limit, lambda: self.backend.set_password(SERVICE, self.account, secret))
        except KeyringUnavailable as problem:
            raise ConfigError(
                "the sign-in can't be written to the keyring", why=str(problem), next_step=ADVICE
            ) from None

    def remove(self) -> None:
        """See TokenStore."""
        from keyring.errors import PasswordDeleteError

        def delete() -> None:
            with suppress(PasswordDeleteError):  # what isn't there is removed; a locked keyring says so otherwise
                self.backend.delete_password(SERVICE, self.account)

        try:
            _within(self.limit, delete)
        except KeyringUnavailable as problem:
            raise ConfigError(
                "the sign-in can't be removed from the keyring", why=str(problem), next_step="Unlock it and repeat this"
            ) from None


ADVICE = "On a machine without a desktop keep it in a file: PHOTOBAK_TOKEN_STORE=file photobak login"


def _backend(limit: float) -> Any:
    """The keyring that the library chose, unless it is the one that always fails or one that keeps nothing."""

    def find() -> Any:
        import keyring
        from keyring.backends import fail, null

        found = keyring.get_keyring()
        if isinstance(found, fail.Keyring | null.Keyring):
            raise KeyringUnavailable("this machine has none that works")
        return found

    return _within(limit, find)


def _within(limit: float, call: Callable[[], T]) -> T:
    """Call ``call`` in a thread of its own and wait ``limit`` seconds at most.

    A backend's own timeout can't be relied upon: Secret Service prompts block for ever. The thread is a daemon, so
    that one which never comes back doesn't keep the process.

    Raises:
        KeyringUnavailable: it took too long, or raised whatever backends raise.
    """
    outcome: list[T] = []
    problem: list[Exception] = []

    def run() -> None:
        try:
            outcome.append(call())
        except Exception as error:  # noqa: BLE001 - backends raise D-Bus, ctypes and their own errors; all are told
            problem.append(error)

    thread = threading.Thread(target=run, name="photobak-keyring", daemon=True)
    thread.start()
    thread.join(limit)
    if problem:
        raise problem[0] if isinstance(problem[0], KeyringUnavailable) else KeyringUnavailable(_reason(problem[0]))
    if not outcome:
        raise KeyringUnavailable(f"it didn't answer within {limit:g} seconds; it may be waiting to be unlocked")
    return outcome[0]


def _reason(error: Exception) -> str:
    """A backend's error in a line; its class where it says nothing."""
    return (str(error).splitlines() or [type(error).__name__])[0]
