"""`photobak sync` on a terminal: what a person sees while it runs, and what stands there at the end."""

import json
import re
import tempfile

import pyte
import pytest
from support.backup import Backup
from support.fault_proxy import Fault, FaultProxy, Kind
from support.terminal import terminal

END = re.compile(r"uploaded in \d+\.\d s\.")


def screen_of(shown: str) -> list[str]:
    """The lines that a terminal of 24 lines shows after all of this."""
    screen = pyte.HistoryScreen(80, 24, history=1000)
    pyte.Stream(screen).feed(shown.replace("\n", "\r\n"))
    return [line.rstrip() for line in screen.display if line.strip()]


def progress(shown: str) -> list[str] | None:
    """The screen, once its last two lines tell that all is read and something is safe."""
    now = screen_of(shown)
    bar, stages = r"\d+ of 15 files +[\d.]+ [kM]?B of [\d.]+ MB", r"12 read · \d+ uploaded \([\d.]+ [kM]?B/s\)"
    told = re.fullmatch(rf"0 unchanged · {stages} · [1-9]\d* safe · 1 failed", now[-1]) if len(now) > 1 else None
    return now if told and re.search(bar, now[-2]) else None


def slow(backup: Backup, proxy: FaultProxy) -> dict[str, str]:
    """Some uploads go through at once, the others take a while."""
    backup.make(*(f"{number}.jpg" for number in range(12)), size=200_000)
    (backup.photos / "notes.txt").write_text("no photo")
    (backup.photos / ".photobakignore").write_bytes(b"\xff")  # a failure
    proxy.decide = lambda kind, number: Fault.DELAY if kind is Kind.UPLOAD and number >= 6 else Fault.NONE
    proxy.pause = 2
    return proxy.environment


def test_a_person_sees_how_far_it_is_what_fails_and_what_is_safe(backup: Backup, proxy: FaultProxy) -> None:
    environment = slow(backup, proxy)
    with terminal(backup.home, "sync", str(backup.photos), "--jobs", "2", **environment) as person:
        now = person.until_found(progress)
        person.until(END, within=60)
        person.process.wait(60)
    failure = f"failed {backup.photos}/.photobakignore: not gitignore syntax"
    assert failure in "".join(now)  # just above them, and it stays there
    end = screen_of(person.shown)
    assert failure in "".join(end)
    assert end[-4:-1] == [
        "12 files safe: 12 newly stored, 0 already stored, 0 unchanged.",
        "1 file NOT backed up; see the reasons above.",
        "2 other files ignored (-v lists them).",
    ]
    assert not any("files  " in line or " · " in line for line in end)


def test_v_is_plain_lines_on_a_terminal_too_and_q_is_silence(backup: Backup) -> None:
    backup.make("a.jpg")
    with terminal(backup.home, "-v", "sync", str(backup.photos)) as person:
        person.until(END, within=60)
    assert "\x1b" not in person.shown
    assert f"stored {backup.photos}/a.jpg" in person.shown.splitlines()
    backup.make("b.jpg")
    with terminal(backup.home, "-q", "sync", str(backup.photos)) as person:
        person.process.wait(timeout=60)
        person.read_on()
    assert person.shown == ""
    assert len(backup.records()) == 2


@pytest.mark.parametrize("json_goes_to_the_terminal", [False, True])
def test_json_reaches_its_reader_though_a_person_watches(backup: Backup, json_goes_to_the_terminal: bool) -> None:
    backup.make("a.jpg")
    for command in (["sync", str(backup.photos)], ["get", "--all", "--to", str(backup.home / "back")]):
        with tempfile.TemporaryFile("w+") as file:
            stdout = None if json_goes_to_the_terminal else file
            with terminal(backup.home, *command, "--json", stdout=stdout) as person:
                person.process.wait(timeout=60)
                person.read_on()
            file.seek(0)
            lines = person.shown if json_goes_to_the_terminal else file.read()
        assert [json.loads(line)["type"] for line in lines.splitlines()] == ["photo", "summary"]
