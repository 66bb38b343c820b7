"""Which processes are ours to end, what the server is told, and what is said where it can't be started."""

import importlib.metadata
import importlib.util
import tomllib
from pathlib import Path

import pytest

from photobak.errors import LocalStackError
from photobak.local.credentials import RootKeys
from photobak.local.home import Home
from photobak.local.process import PATCHED_VERSIONS, _is_ours, environment, require_extra

HOME = Home(Path("/home/anna/.local/state/photobak/local"))
KEYS = RootKeys("AKIA0123456789ABCDEF", "secret")


@pytest.mark.parametrize(
    ("command", "ours"),
    [
        (["python", "-P", "-m", "photobak.local.server", str(HOME.root)], True),
        (["python3.13", f"{HOME.temporary}/ministack-lambda-photobak-process-abc/_worker.py"], True),
        (["python", "-P", "-m", "photobak.local.server", "/home/anna/elsewhere"], False),
        (["python", "-P", "-m", "photobak.local.server", f"{HOME.root}2"], False),
        (["vim", f"{HOME.root}/server.log"], False),
        (["tail", "-f", f"{HOME.temporary}/ministack-lambda-photobak-process-abc/_worker.py"], False),
        (["less", f"{HOME.temporary}/notes"], False),
        (["grep", "photobak.local.server", str(HOME.root), "-r"], False),
        ([], False),
        (["kworker"], False),
    ],
)
def test_only_what_we_started_is_ended(command: list[str], ours: bool) -> None:
    assert _is_ours(HOME, command) is ours


def test_the_server_gets_little_of_our_environment() -> None:
    outer = {
        "PATH": "/usr/bin",
        "LANG": "de_DE.UTF-8",
        "AWS_PROFILE": "work",
        "AWS_SESSION_TOKEN": "token",
        "HTTPS_PROXY": "http://proxy",
        "BIND_HOST": "0.0.0.0",
        "AUTH": "false",
        "GATEWAY_PORT": "80",
    }
    inner = environment(HOME, KEYS, 4711, outer)
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "HTTPS_PROXY"} & inner.keys()
    assert (inner["PATH"], inner["LANG"]) == ("/usr/bin", "de_DE.UTF-8")
    assert (inner["BIND_HOST"], inner["AUTH"], inner["GATEWAY_PORT"]) == ("127.0.0.1", "true", "4711")
    assert (inner["AWS_ACCESS_KEY_ID"], inner["AWS_SECRET_ACCESS_KEY"]) == ("AKIA0123456789ABCDEF", "secret")


def test_a_missing_ministack_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ministack" else find(name))
    with pytest.raises(LocalStackError) as raised:
        require_extra()
    assert str(raised.value) == (
        "the local stack can't be started: not installed: ministack. Install it with: pip install 'photobak[local]'"
    )


def test_another_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "psutil" else find(name))
    with pytest.raises(LocalStackError, match="not installed: psutil"):
        require_extra()


@pytest.mark.parametrize("name", ["ministack", "hypercorn"])
def test_another_version_of_what_is_patched_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    version = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda asked: "9.9.9" if asked == name else version(asked))
    with pytest.raises(
        LocalStackError, match=rf"{name} 9\.9\.9 is installed, .* works with {name} {PATCHED_VERSIONS[name]}"
    ):
        require_extra()


def test_the_versions_are_the_ones_that_are_pinned() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    pins = {f"{name}=={version}" for name, version in PATCHED_VERSIONS.items()}
    assert pins <= set(project["optional-dependencies"]["local"])


def test_keys_and_passwords_are_in_no_repr() -> None:
    assert "secret" not in repr(RootKeys("AKIA", "top-secret")).replace("secret_access_key", "")
