"""``config.toml``: typed settings, what is said of a mistake, which source wins, and what a change leaves alone."""

import json
import re
from datetime import time
from pathlib import Path

import pytest

from photobak.client.config.document import VERSION, change_document, line_of, parse_document
from photobak.client.config.load import load_settings
from photobak.client.config.settings import Settings, keys
from photobak.client.config.writing import sample
from photobak.client.places import Places, places
from photobak.errors import ConfigError

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"

WHOLE = """\
version = 1
default = "home"  # the profile at home

[folders]
paths = ["~/Pictures", "/media/card"]

[filters]
exclude = ["*.png"]

[limits]
rate = "2M"
jobs = 4

[schedule]
at = "22:30"
on_battery = true

[notify]
urls = ["ntfy://ntfy.sh/topic"]
ping = "https://hc-ping.com/1234"

[prove]
count = 0
"""


@pytest.fixture
def here(tmp_path: Path) -> Places:
    return places({"PHOTOBAK_HOME": str(tmp_path)})


def write(here: Places, text: str) -> None:
    here.config.mkdir(parents=True, exist_ok=True)
    here.config_file.write_text(text, "utf-8")


def test_without_a_file_all_settings_have_their_defaults(here: Places) -> None:
    assert load_settings(here, {}) == Settings()


def test_each_setting_is_read_with_its_type(here: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    write(here, WHOLE)
    found = load_settings(here, {})
    assert found.folders.paths == (Path("/home/ann/Pictures"), Path("/media/card"))
    assert found.filters.exclude == ("*.png",)
    assert (found.limits.rate, found.limits.jobs, found.limits.timeout) == (2e6, 4, 600)
    assert (found.schedule.at, found.schedule.on_battery, found.schedule.on_metered) == (time(22, 30), True, False)
    assert found.notify.urls == ("ntfy://ntfy.sh/topic",)
    assert found.notify.ping == "https://hc-ping.com/1234"
    assert found.prove.count == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[limits]\njobz = 4\n", r"line 2: limits\.jobz: there is no such setting; did you mean limits\.jobs\?"),
        ("\n[folder]\npaths = []\n", r"line 2: folder: there is no such setting; did you mean folders\?"),
        ("[limits]\n\njobs = '4'\n", r"line 3: limits\.jobs: it must be a whole number from 1 to 64"),
        ("[limits]\njobs = true\n", r"line 2: limits\.jobs: it must be a whole number"),
        ("[limits]\nrate = 'fast'\n", r"line 2: limits\.rate: it must be bytes per second"),
        ("[schedule]\nat = '25:00'\n", r"line 2: schedule\.at: it must be a time of day"),
        ("[schedule]\non_battery = 'no'\n", r"line 2: schedule\.on_battery: it must be true or false"),
        ("[schedule]\nscheduler = 'at'\n", r"line 2: schedule\.scheduler: it must be one of auto, systemd"),
        ("[folders]\npaths = '~/Pictures'\n", r"line 2: folders\.paths: it must be a list of texts"),
        ("[folders]\npaths = ['Pictures']\n", r"'Pictures' must be an absolute path, or begin with ~"),
        ("[notify]\nping = 'hc-ping.com'\n", r"line 2: notify\.ping: it must be a URL"),
        ("limits = 3\n", r"line 1: limits: it must be a table"),
        ("version = 'two'\n", r"line 1: version: it must be a whole number"),
        (
            "version = 2\n[new]\nx = 1\n",
            r"was written for a newer photobak: its version is 2, and this photobak reads 1",
        ),
        ("[limits\n", r"config\.toml cannot be read: .*line 1"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_to_do(here: Places, text: str, complaint: str) -> None:
    write(here, text)
    with pytest.raises(ConfigError, match=complaint) as caught:
        load_settings(here, {})
    assert caught.value.next_step


def test_a_file_that_cannot_be_read_is_an_error_and_no_empty_file(here: Places) -> None:
    here.config_file.mkdir(parents=True)
    with pytest.raises(ConfigError, match=r"cannot be read: Is a directory"):
        load_settings(here, {})


def test_a_variable_overrides_the_file(here: Places) -> None:
    write(here, WHOLE)
    environ = {
        "PHOTOBAK_LIMITS_JOBS": "2",
        "PHOTOBAK_LIMITS_RATE": "500k",
        "PHOTOBAK_FOLDERS_PATHS": "/srv/photos",
        "PHOTOBAK_FILTERS_EXCLUDE": '["a b", "*.gif"]',
        "PHOTOBAK_SCHEDULE_ON_BATTERY": "false",
    }
    found = load_settings(here, environ)
    assert (found.limits.jobs, found.limits.rate) == (2, 5e5)
    assert found.folders.paths == (Path("/srv/photos"),)
    assert found.filters.exclude == ("a b", "*.gif")
    assert found.schedule.on_battery is False
    assert found.schedule.at == time(22, 30)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PHOTOBAK_LIMITS_JOBS", "many"), ("PHOTOBAK_FILTERS_EXCLUDE", "[1]"), ("PHOTOBAK_SCHEDULE_AT", "noon")],
)
def test_a_wrong_variable_is_named(here: Places, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=rf"cannot use the variable {name}: .*Correct {name}"):
        load_settings(here, {name: value})


def test_a_change_keeps_comments_order_and_what_it_does_not_know(here: Places) -> None:
    write(here, WHOLE + '\n[profiles.home]\nregion = "eu"  # where\n')
    change_document(here, lambda document: document["limits"].update({"jobs": 5}))  # type: ignore[union-attr]
    assert here.config_file.read_text() == WHOLE.replace("jobs = 4", "jobs = 5") + (
        '\n[profiles.home]\nregion = "eu"  # where\n'
    )


def test_a_change_follows_a_symbolic_link(here: Places, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("[limits]\njobs = 1\n")
    here.config.mkdir(parents=True)
    here.config_file.symlink_to(real)
    change_document(here, lambda document: document["limits"].update({"jobs": 2}))  # type: ignore[union-attr]
    assert here.config_file.is_symlink()
    assert "jobs = 2" in real.read_text()


def test_the_line_of_a_key_is_found_in_its_own_table() -> None:
    text = 'jobs = 1\n[a]\njobs = 2\n["b"."c"]\n\njobs = 3\n'
    assert [line_of(text, keys) for keys in (["jobs"], ["a", "jobs"], ["b", "c", "jobs"], ["b", "c"])] == [1, 3, 6, 4]
    assert line_of(text, ["a", "rate"]) is None


def test_the_first_file_changes_nothing_and_each_example_in_it_is_valid(here: Places) -> None:
    write(here, sample())
    assert load_settings(here, {}) == Settings()
    write(here, re.sub(r"^# (\w+ = )", r"\1", sample(), flags=re.MULTILINE))
    assert load_settings(here, {}).notify.ping


def test_the_page_documents_every_setting() -> None:
    page = PAGE.read_text("utf-8")
    rows = set(re.findall(r"^\| `(\w+\.\w+)` \|", page, re.MULTILINE))
    assert rows == {f"{key.table}.{key.name}" for key in keys()}
    for key in keys():
        row = f"| `{key.table}.{key.name}` | `{key.example}` | {shown_default(key.default)} | {key.meaning} |"
        assert row in page
    assert f"version = {VERSION}" in page
    for block in re.findall(r"```toml\n(.*?)```", page, re.DOTALL):
        parse_document(PAGE, block)


def shown_default(value: object) -> str:
    if value in (None, ()):
        return "none"
    return (
        f"`{value:%H:%M}`"
        if isinstance(value, time)
        else f"`{json.dumps(value)}`".replace('`"', "`").replace('"`', "`")
    )
