"""Where a sign-in is kept: file and keyring, which of them, and keyrings that fail or hang."""

import threading
from pathlib import Path

import pytest
from support.issuer import Issuer

from photobak.client.account.tokens import choice, os_keyring
from photobak.client.account.tokens.choice import store_to_read, store_to_write
from photobak.client.account.tokens.file import FileStore
from photobak.client.account.tokens.interface import AwsCredentials, SignIn
from photobak.client.account.tokens.os_keyring import KeyringStore, KeyringUnavailable
from photobak.client.places import Places, places
from photobak.errors import ConfigError, SignInNeeded
from photobak.platform.host import has_desktop

ISSUER = Issuer()
LOCAL = ISSUER.profile("local")
AWS = ISSUER.profile("aws", endpoint_url=None)
SIGN_IN = SignIn(
    ISSUER.tokens(), "eu-central-1:id", AwsCredentials("ASIA0000", "the-secret-key", "the-session-token", 1_900_000_000)
)
DESKTOP = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/user/1/bus", "WAYLAND_DISPLAY": "wayland-0"}


class Keyring:
    """A backend in memory: the fault of it is in ``get``, ``set`` or ``delete``."""

    name = "memory"

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.before = lambda: None

    def get_password(self, service: str, account: str) -> str | None:
        self.before()
        return self.kept.get((service, account))

    def set_password(self, service: str, account: str, secret: str) -> None:
        self.before()
        self.kept[service, account] = secret

    def delete_password(self, service: str, account: str) -> None:
        from keyring.errors import PasswordDeleteError

        self.before()
        if (service, account) not in self.kept:
            raise PasswordDeleteError("not found")
        del self.kept[service, account]


@pytest.fixture
def here(tmp_path: Path) -> Places:
    return places({"PHOTOBAK_HOME": str(tmp_path)})


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Keyring:
    """This machine's keyring, for the stores that look for one."""
    found = Keyring()
    monkeypatch.setattr(os_keyring, "_backend", lambda limit: found)
    return found


def test_a_file_gives_back_what_it_keeps(here: Places) -> None:
    store = FileStore.of(here, "home")
    assert store.read() is None
    store.write(SIGN_IN)
    assert store.read() == SIGN_IN
    store.remove()
    store.remove()
    assert store.read() is None


def test_a_keyring_gives_back_what_it_keeps(here: Places, backend: Keyring) -> None:
    store = KeyringStore.of(here, "home")
    assert store.read() is None
    store.write(SIGN_IN)
    assert store.read() == SIGN_IN
    store.remove()
    store.remove()
    assert store.read() is None


def test_two_homes_share_no_entry_of_the_keyring(tmp_path: Path, backend: Keyring) -> None:
    for home in ("a", "b"):
        KeyringStore.of(places({"PHOTOBAK_HOME": str(tmp_path / home)}), "home").write(SIGN_IN)
    assert len(backend.kept) == 2


@pytest.mark.parametrize(
    "content", ["", "nonsense", "[]", "{}", '{"version": 2}', '{"version": 1, "tokens": {"a": "s3cret"}}']
)
def test_what_is_no_sign_in_asks_for_a_new_one_and_is_not_quoted(here: Places, backend: Keyring, content: str) -> None:
    file, keyring = FileStore.of(here, "home"), KeyringStore.of(here, "home")
    file.write(SIGN_IN)
    file.path.write_text(content)
    backend.set_password(os_keyring.SERVICE, keyring.account, content)
    for store in (file, keyring):
        with pytest.raises(SignInNeeded, match="photobak login") as caught:
            store.read()
        assert "s3cret" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_no_secret_is_in_any_repr() -> None:
    text = repr(SIGN_IN)
    secrets = (SIGN_IN.tokens.id_token, SIGN_IN.tokens.refresh_token, "the-secret-key", "the-session-token")
    assert not any(secret in text for secret in secrets)


def test_a_keyring_that_hangs_is_a_message_and_not_a_stuck_process(here: Places, backend: Keyring) -> None:
    never = threading.Event()
    backend.before = lambda: never.wait()
    store = KeyringStore(backend, "home", limit=0.05)
    for call, kind in (
        (store.read, SignInNeeded),
        (lambda: store.write(SIGN_IN), ConfigError),
        (store.remove, ConfigError),
    ):
        with pytest.raises(kind, match=r"didn't answer within 0\.05 seconds; it may be waiting to be unlocked"):
            call()
    never.set()


def test_a_keyring_that_raises_is_a_message_with_its_reason(here: Places, backend: Keyring) -> None:
    def locked() -> None:
        raise RuntimeError("Collection is locked\nand more")

    backend.before = locked
    store = KeyringStore(backend, "home", limit=5)
    for call, kind in (
        (store.read, SignInNeeded),
        (lambda: store.write(SIGN_IN), ConfigError),
        (store.remove, ConfigError),
    ):
        with pytest.raises(kind, match=r"Collection is locked\. "):
            call()


def test_a_new_sign_in_goes_to_the_keyring_of_a_desktop(here: Places, backend: Keyring) -> None:
    store, word = store_to_write(here, AWS, DESKTOP)
    assert isinstance(store, KeyringStore)
    assert word == ""


@pytest.mark.parametrize("environ", [{}, {"DISPLAY": ":0"}, {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/x"}])
def test_without_a_desktop_it_goes_to_the_file_which_is_said(
    here: Places, backend: Keyring, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    store, word = store_to_write(here, AWS, environ)
    assert store == FileStore.of(here, "aws")
    assert str(store.path) in word


def test_without_a_keyring_it_goes_to_the_file_which_is_said(here: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(limit: float) -> None:
        raise KeyringUnavailable("this machine has none that works")

    monkeypatch.setattr(os_keyring, "_backend", none)
    store, word = store_to_write(here, AWS, DESKTOP)
    assert store == FileStore.of(here, "aws")
    assert "this machine has none that works" in word
    with pytest.raises(ConfigError, match="PHOTOBAK_TOKEN_STORE=keyring can't be obeyed"):
        store_to_write(here, AWS, {**DESKTOP, "PHOTOBAK_TOKEN_STORE": "keyring"})
    with pytest.raises(ConfigError, match="PHOTOBAK_TOKEN_STORE=keyring can't be obeyed"):
        store_to_read(here, AWS, {"PHOTOBAK_TOKEN_STORE": "keyring"})
    assert store_to_read(here, AWS, {}) == store


def test_the_local_stacks_sign_in_goes_to_the_file_without_a_word(here: Places, backend: Keyring) -> None:
    assert store_to_write(here, LOCAL, DESKTOP) == (FileStore.of(here, "local"), "")
    assert store_to_read(here, LOCAL, DESKTOP) == FileStore.of(here, "local")


@pytest.mark.parametrize("profile", [AWS, LOCAL])
def test_the_variable_decides(here: Places, backend: Keyring, profile) -> None:
    for choose in (
        lambda wish: store_to_write(here, profile, wish)[0],
        lambda wish: store_to_read(here, profile, wish),
    ):
        assert isinstance(choose({**DESKTOP, "PHOTOBAK_TOKEN_STORE": "file"}), FileStore)
        assert isinstance(choose({"PHOTOBAK_TOKEN_STORE": "keyring"}), KeyringStore)
        with pytest.raises(ConfigError, match="PHOTOBAK_TOKEN_STORE can't be 'gpg'"):
            choose({"PHOTOBAK_TOKEN_STORE": "gpg"})


def test_a_file_that_is_there_is_read_without_waking_the_keyring(
    here: Places, backend: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(store_to_read(here, AWS, {}), KeyringStore)
    FileStore.of(here, "aws").write(SIGN_IN)

    def woken(limit: float) -> None:
        pytest.fail("the keyring was asked")

    monkeypatch.setattr(os_keyring, "_backend", woken)
    assert choice.store_to_read(here, AWS, {}).read() == SIGN_IN


def test_a_mac_always_has_a_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert has_desktop({})


def test_the_keyring_that_always_fails_counts_as_none(monkeypatch: pytest.MonkeyPatch, here: Places) -> None:
    import keyring
    from keyring.backends import fail, null

    for none in (fail.Keyring(), null.Keyring()):
        monkeypatch.setattr(keyring, "get_keyring", lambda found=none: found)
        with pytest.raises(KeyringUnavailable, match="none that works"):
            KeyringStore.of(here, "aws")
