"""``config.toml``: which profile is meant, what is kept, and what is said of a mistake made by hand."""

import stat
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import tomlkit
from support.issuer import Issuer

from photobak.client.places import Places, places
from photobak.client.profile import (
    Profile,
    default_profile_name,
    load_profile,
    post_url_problem,
    profile_names,
    remove_profile,
    save_profile,
    url_problem,
)
from photobak.errors import ConfigError

HOME = Issuer().profile("home", ws_url="wss://socket.example", endpoint_url=None)
WORK = replace(HOME, name="work", refresh_token_days=30, local_account="ann")


@pytest.fixture
def here(tmp_path: Path) -> Places:
    return places({"PHOTOBAK_HOME": str(tmp_path)})


def write(here: Places, text: str) -> None:
    here.config.mkdir(parents=True, exist_ok=True)
    here.config_file.write_text(text, "utf-8")


def test_what_is_saved_is_loaded(here: Places) -> None:
    save_profile(here, HOME)
    save_profile(here, WORK)
    assert load_profile(here, "home", {}) == HOME
    assert load_profile(here, "work", {}) == WORK
    assert profile_names(here) == ["home", "work"]
    assert stat.S_IMODE(here.config_file.stat().st_mode) == 0o600


def test_without_a_file_there_is_no_profile(here: Places) -> None:
    assert load_profile(here, None, {}) is None
    assert profile_names(here) == []
    assert default_profile_name(here) is None


def test_the_name_given_comes_before_the_variable_before_the_files_default(here: Places) -> None:
    for name in ("a", "b", "c"):
        save_profile(here, replace(HOME, name=name))
    names = [
        (load_profile(here, given, environ) or HOME).name
        for given, environ in (("c", {"PHOTOBAK_PROFILE": "b"}), (None, {"PHOTOBAK_PROFILE": "b"}), (None, {}))
    ]
    assert names == ["c", "b", "a"]
    save_profile(here, replace(HOME, name="b"), make_default=True)
    assert default_profile_name(here) == "b"


def test_the_only_profile_needs_no_default(here: Places) -> None:
    save_profile(here, HOME)
    save_profile(here, WORK)
    remove_profile(here, "home")
    assert load_profile(here, None, {}) == WORK


def test_several_profiles_without_a_default_are_named(here: Places) -> None:
    for name in ("a", "b", "c"):
        save_profile(here, replace(HOME, name=name))
    remove_profile(here, "a")
    with pytest.raises(ConfigError, match=r"it has b, c\. Say which with --profile"):
        load_profile(here, None, {})


def test_a_profile_that_isnt_there_is_named_with_those_that_are(here: Places) -> None:
    save_profile(here, HOME)
    with pytest.raises(ConfigError, match=r"there is no profile 'nas'.* has home"):
        load_profile(here, "nas", {})


def test_keys_of_another_version_are_kept(here: Places) -> None:
    save_profile(here, HOME)
    write(here, here.config_file.read_text() + 'colour = "red"\n[later]\nx = 1\n')
    save_profile(here, replace(HOME, ws_url=None))
    text = here.config_file.read_text()
    assert 'colour = "red"' in text
    assert "[later]" in text
    assert "ws_url" not in text


LOCAL = "http://127.0.0.1:4566"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"region": None}, r"profiles\.home\.region: it is missing"),
        ({"region": 7}, r"profiles\.home\.region: it must be a text"),
        ({"bucket": ""}, r"profiles\.home\.bucket: it must be a text that isn't empty"),
        ({"refresh_token_days": "365"}, r"refresh_token_days: it must be a number of days"),
        ({"refresh_token_days": True}, r"refresh_token_days: it must be a number of days"),
        ({"refresh_token_days": 0}, r"refresh_token_days: it must be a number of days"),
        ({"api_url": "http://api.example"}, r"api_url: http:// is for this machine only; another needs https://"),
        ({"ws_url": "ws://api.example"}, r"ws_url: ws:// is for this machine only; another needs wss://"),
        ({"hosted_ui_url": "ftp://x"}, r"hosted_ui_url: it must begin with https://"),
        ({"issuer": "https://user@pool.example"}, r"issuer: it must be a plain URL"),
        ({"endpoint_url": "http://127.0.0.1:port"}, r"endpoint_url: it is no URL"),
    ],
)
def test_a_mistake_made_by_hand_is_named_by_file_key_and_reason(
    here: Places, change: dict[str, object], complaint: str
) -> None:
    save_profile(here, HOME)
    document = tomllib.loads(here.config_file.read_text())
    document["profiles"]["home"].update(change)
    document["profiles"]["home"] = {k: v for k, v in document["profiles"]["home"].items() if v is not None}
    write(here, tomlkit.dumps(document))
    with pytest.raises(ConfigError, match=rf"cannot use .*config.toml(, line \d+)?: .*{complaint}"):
        load_profile(here, None, {})


@pytest.mark.parametrize(
    "text", ["[profiles", "default = 3\n[profiles.a]\n", "profiles = 3", "[profiles]\na = 1", "\xff"]
)
def test_a_file_that_isnt_ours_is_named(here: Places, text: str) -> None:
    here.config.mkdir(parents=True)
    here.config_file.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError, match=r"config\.toml"):
        load_profile(here, None, {})


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a\n", "ä", "x" * 65])
def test_a_name_that_would_be_no_file_name_is_refused(here: Places, name: str) -> None:
    with pytest.raises(ConfigError):
        save_profile(here, replace(HOME, name=name))
    assert not here.config_file.exists()


@pytest.mark.parametrize("url", ["http://127.0.0.1:4566/x", "http://localhost", "http://[::1]:8", "ws://127.8.9.1:1"])
def test_this_machine_needs_no_encryption(url: str) -> None:
    assert url_problem(url) == ""


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1.evil.example", "http://localhost.evil", "http://1270.0.0.1", "http://"]
)
def test_what_only_looks_like_this_machine_does(url: str) -> None:
    assert url_problem(url)


def test_without_photobak_home_the_platforms_folders_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    found = places({})
    assert {tmp_path} < {parent for place in (found.config, found.state, found.cache) for parent in place.parents}
    assert found.config.name == "photobak"


def test_a_profile_is_local_where_it_has_an_endpoint() -> None:
    assert not HOME.is_local
    assert replace(HOME, endpoint_url=LOCAL).is_local
    assert isinstance(HOME, Profile)


CLOUD = replace(HOME, region="eu-central-1", bucket="my-photos-cloud-photos-123456789012-eu-central-1")
UPLOADS = "my-photos-cloud-temp-123456789012-eu-central-1"


@pytest.mark.parametrize("host", [f"{UPLOADS}.s3.eu-central-1.amazonaws.com", f"{UPLOADS}.s3.amazonaws.com"])
def test_files_are_sent_to_the_upload_bucket(host: str) -> None:
    assert post_url_problem(f"https://{host}/", CLOUD) == post_url_problem(f"https://{host}", CLOUD) == ""


@pytest.mark.parametrize(
    "url",
    [
        f"https://{CLOUD.bucket}.s3.eu-central-1.amazonaws.com/",
        f"https://{UPLOADS}.s3.us-east-1.amazonaws.com/",
        f"https://{UPLOADS}.s3.eu-central-1.amazonaws.com.evil.example/",
        f"https://{UPLOADS}.s3.eu-central-1.amazonaws.com:8443/",
        f"https://{UPLOADS}.s3.eu-central-1.amazonaws.com/other",
        f"https://s3.eu-central-1.amazonaws.com/{UPLOADS}",
        f"https://ann@{UPLOADS}.s3.eu-central-1.amazonaws.com/",
        f"http://{UPLOADS}.s3.eu-central-1.amazonaws.com/",
        f"wss://{UPLOADS}.s3.eu-central-1.amazonaws.com/",
        f"http://127.0.0.1:4566/{UPLOADS}",
        "https://evil.example/",
        "",
    ],
)
def test_and_to_no_other_place(url: str) -> None:
    assert post_url_problem(url, CLOUD)


def test_on_a_local_stack_to_this_machine_alone() -> None:
    here = replace(CLOUD, endpoint_url=LOCAL)
    assert post_url_problem(f"http://127.0.0.1:4566/{UPLOADS}", here) == ""
    for url in (f"http://127.0.0.1:4566/{CLOUD.bucket}", f"https://evil.example/{UPLOADS}", "http://127.0.0.1:4566/"):
        assert post_url_problem(url, here)
