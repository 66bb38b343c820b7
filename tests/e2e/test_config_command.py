"""``photobak config`` and what a run does with the settings, before any cloud is asked."""

import json
from pathlib import Path

import pytest
from support.command_line import photobak


def editor(tmp_path: Path, text: str) -> str:
    """An editor that writes this text."""
    wanted = tmp_path / "wanted.toml"
    wanted.write_text(text)
    return f"cp {wanted}"


def test_the_settings_are_edited_shown_and_overridden(tmp_path: Path) -> None:
    saved = photobak(tmp_path, "config", "edit", EDITOR=editor(tmp_path, "# mine\n[limits]\njobs = 3\n"))
    assert saved.returncode == 0, saved.stderr
    path = Path(photobak(tmp_path, "config", "path").stdout.strip())
    assert path.read_text() == "# mine\n[limits]\njobs = 3\n"
    assert path.stat().st_mode & 0o777 == 0o600
    shown = photobak(tmp_path, "config", "show", "--json", PHOTOBAK_LIMITS_RATE="1M").stdout.splitlines()
    found = {entry["key"]: (entry["value"], entry["source"]) for entry in map(json.loads, shown)}
    assert found["limits.jobs"] == (3, "config.toml")
    assert found["limits.rate"] == (1e6, "PHOTOBAK_LIMITS_RATE")
    assert found["schedule.at"] == ("03:00", "default")


def test_an_edit_with_a_mistake_is_not_saved(tmp_path: Path) -> None:
    failed = photobak(tmp_path, "config", "edit", EDITOR=editor(tmp_path, "[limits]\njob = 3\n"))
    assert failed.returncode == 1
    assert "line 2: limits.job: there is no such setting; did you mean limits.jobs?" in failed.stderr
    assert not Path(photobak(tmp_path, "config", "path").stdout.strip()).exists()


def test_show_hides_what_may_be_a_secret(tmp_path: Path) -> None:
    text = (
        '[notify]\nurls = ["mailto://ann:s3cret@example.org", "ntfys://host/top1c"]\nping = "https://hc.example/uu1d"\n'
    )
    photobak(tmp_path, "config", "edit", EDITOR=editor(tmp_path, text))
    shown = photobak(tmp_path, "config", "show").stdout
    assert "https://hc.example/…" in shown
    assert not [secret for secret in ("s3cret", "top1c", "uu1d", "ann") if secret in shown]


@pytest.mark.parametrize("command", ["sync", "watch"])
def test_without_a_folder_a_run_says_how_to_name_one(tmp_path: Path, command: str) -> None:
    failed = photobak(tmp_path, command)
    assert failed.returncode == 2
    assert "no folder to back up" in failed.stderr
    assert "photobak setup" in failed.stderr


def test_a_broken_file_stops_a_run_and_is_left_as_it_is(tmp_path: Path) -> None:
    path = Path(photobak(tmp_path, "config", "path").stdout.strip())
    path.parent.mkdir(parents=True)
    path.write_text("[limits]\njobs = 'many'\n")
    failed = photobak(tmp_path, "sync", str(tmp_path))
    assert failed.returncode == 1
    assert "line 2: limits.jobs: it must be a whole number from 1 to 64" in failed.stderr
    assert path.read_text() == "[limits]\njobs = 'many'\n"
