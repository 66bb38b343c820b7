"""``photobak setup`` for a newcomer who has read nothing but the README, in an empty home."""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.backup import write_photo
from support.command_line import PHOTOBAK, environ_of, photobak
from support.terminal import terminal

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """An empty home with one photo; its local stack is stopped in the end."""
    write_photo(tmp_path / "Pictures" / "beach.jpg")
    yield tmp_path
    photobak(tmp_path, "local", "down")


def command_of_the_readme() -> str:
    found = re.search(r"`(photobak setup --local [^`]+)`", README.read_text("utf-8"))
    assert found
    return found[1]


def stored(home: Path) -> int:
    status = photobak(home, "status", "--json")
    assert status.returncode == 0, status.stderr
    return int(json.loads(status.stdout)["stored"])


def test_one_command_of_the_readme_ends_with_a_confirmed_photo(home: Path) -> None:
    environ = environ_of(home)
    environ["PATH"] = f"{Path(PHOTOBAK).parent}:{environ['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "-c", command_of_the_readme()],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "$ photobak sync" in done.stderr
    assert "To undo it: photobak local reset" in done.stderr
    assert stored(home) == 1

    # Again, by hand this time: the defaults are the answers of before, and nothing happens twice.
    write_photo(home / "Pictures" / "mountain.jpg")
    with terminal(home, "setup", "--no-notify", "--no-schedule") as person:
        person.until(r"Using the cloud of profile local")
        person.until(r"Which folder to back up \[.*Pictures\]: ")
        person.type("\n")
        person.until(r"Another one \(empty: none\): ")
        person.type(f"{home}/nowhere\n")
        person.until(r"is not a folder")
        person.type("\n")
        person.until(r"To undo it: ", within=240)
        assert person.process.wait(30) == 0
    assert stored(home) == 2


def test_without_a_terminal_the_missing_answers_are_named(tmp_path: Path) -> None:
    done = photobak(tmp_path, "setup", "--local")
    assert done.returncode == 2
    assert "these options are missing: --folder, --at or --no-schedule, --notify or --no-notify" in done.stderr


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--at=noon", "cannot use 'noon' as schedule.at: it must be a time of day"),
        ("--ping=hc-ping.com", "as notify.ping: it must be a URL"),
    ],
)
def test_a_wrong_answer_changes_nothing(tmp_path: Path, option: str, said: str) -> None:
    done = photobak(tmp_path, "setup", "--local", "--folder", str(tmp_path), option, "--yes")
    assert done.returncode == 2
    assert said in done.stderr
    assert not (tmp_path / "photobak" / "config").exists()


def test_a_broken_file_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "photobak" / "config" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("[limits]\njobs = 0\n")
    done = photobak(tmp_path, *shlex.split(command_of_the_readme())[1:3], "--folder", str(tmp_path), "--yes")
    assert done.returncode == 1
    assert "line 2: limits.jobs" in done.stderr
    assert path.read_text() == "[limits]\njobs = 0\n"
