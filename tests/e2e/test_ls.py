"""``ls`` as people use it, and what no list does: obey a name, break a line, or hide a photo."""

import json
import os
import re
import subprocess
from datetime import timedelta

import pytest
from support.backup import Backup
from support.command_line import PHOTOBAK, environ_of
from support.library import fill_both
from support.local_stack import root_client
from support.records import NOON, record
from support.terminal import terminal

from photobak.cli.ui.rows import cells
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.kind import Kind
from photobak.photo.record import Record, Status

FIELDS = [
    *("id", "sha256", "kind", "status", "taken_at", "taken_source", "size", "content_type", "width", "height"),
    *("camera", "latitude", "longitude", "filename", "sources", "stored_at"),
    *("description", "favorite", "archived", "people", "tags", "albums", "motion", "taken_alternatives"),
]
HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07.jpg",
    "\x9b31mred.jpg",
    "photo\u202egpj.exe",
    "two\nlines\r.jpg",
    "漢字" * 100 + ".jpg",
    "e" + "\u0301" * 900 + ".jpg",
    "x" * 1000 + ".jpg",
)


def library(backup: Backup, *changes: dict[str, object]) -> list[Record]:
    """A record for each, a month apart, the newest first."""
    identity_id = backup.session().identity_id
    records = [
        record(
            f"{identity_id} {number}",
            username=identity_id,
            taken=CaptureTime(NOON - timedelta(days=31 * number), TakenSource.EXIF),
            **each,
        )
        for number, each in enumerate(changes)
    ]
    fill_both(root_client(backup.stack, "dynamodb"), backup.profile, records)
    return records


def test_photos_are_chosen_counted_and_put_in_order(backup: Backup) -> None:
    records = library(
        backup,
        {"filename": "lisbon.jpg", "latitude": 38.71, "longitude": -9.14, "camera_model": "Pixel 8", "size": 2_000_000},
        {"filename": "porto.jpg", "latitude": 41.15, "longitude": -8.61, "camera_model": "Pixel 8"},
        {"filename": "film.mov", "kind": Kind.VIDEO},
        {"filename": "half.jpg", "status": Status.NO_PREVIEW, "reason": "cut off"},
        {"filename": "gone.jpg", "status": Status.TRASHED, "trashed_until": NOON + timedelta(days=9999)},
    )

    def names(*options: str) -> list[str]:
        done = backup.run("ls", "--json", *options)
        assert (done.returncode, done.stderr) == (0, "")
        return [json.loads(line)["filename"].partition(".")[0] for line in done.stdout.splitlines()]

    assert names() == ["lisbon", "porto", "film", "half"]
    assert names("--reverse", "--limit", "2") == ["half", "film"]
    assert names("--near", "Lisbon, 5km") == names("--near", "38.7,-9.1,10") == ["lisbon"]
    assert names("--camera", "pixel", "--until", "2024-05") == ["porto"]
    assert names("--kind", "video", "--kind", "sidecar") == ["film"]
    assert names("--status", "no-preview") == ["half"]
    assert names("--since", "2030") == []

    (first, *_) = backup.run("ls", "--json").stdout.splitlines()
    assert list(json.loads(first)) == FIELDS
    assert backup.run("ls", "--by", "year").stdout.split() == ["2024", "4", "2.0", "MB"]
    by_month = [
        json.loads(line) for line in backup.run("ls", "--by", "month", "--json", "--limit", "2").stdout.splitlines()
    ]
    assert [line["month"] for line in by_month] == ["2024-06", "2024-05"]
    assert by_month[0] == {"month": "2024-06", "count": 1, "photos": 1, "videos": 0, "sidecars": 0, "bytes": 2_000_000}

    with terminal(backup.home, "ls") as screen:
        screen.until(r"3 photos, 1 video: 2\.0 MB\n")
    with terminal(backup.home, "ls", "--since", "2030") as screen:
        screen.until(r"No photos match\.")
    with terminal(backup.home, "ls", "--by", "month") as screen:
        screen.until(r"2024-06 +1 +2\.0 MB +█{5,}\n")
    wrong = backup.run("ls", "--since", "2024-06", "--until", "2023")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "is not before" in wrong.stderr

    prefix = records[0].id[:6]
    twin = record("twin", username=records[0].username, filename="twin.jpg", sha256=prefix + "0" * 58)
    fill_both(root_client(backup.stack, "dynamodb"), backup.profile, [twin])
    refused = backup.run("show", prefix)
    assert refused.returncode == 1
    for each in (records[0], twin):
        assert f"{each.id} {each.filename}" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_record_that_cannot_be_read_is_named_and_keeps_no_other_back(backup: Backup) -> None:
    sound, illegible = library(backup, {"filename": "sound.jpg"}, {"filename": "illegible.jpg"})
    item = illegible.to_item() | {"size": {"S": "\x1b[2Jmany"}}
    root_client(backup.stack, "dynamodb").put_item(TableName=backup.profile.table, Item=item)
    named = (
        f"photobak: the record of the photo {illegible.id} can't be read: its field size has the value '\\x1b[2Jmany'"
    )
    for command in (["ls", "--json"], ["get", "--all", "--dry-run", "--json"]):
        done = backup.run(*command)
        assert done.returncode == 3
        assert json.loads(done.stdout.splitlines()[0])["sha256"] == sound.sha256
        assert done.stderr == f"{named}. Type: photobak repair\n"
    refused = backup.run("show", illegible.id)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "is lost, or can't be read. Type: photobak verify" in refused.stderr


@pytest.mark.parametrize("command", [["ls"], ["ls", "-l"]])
def test_no_row_is_wider_than_the_terminal(backup: Backup, command: list[str]) -> None:
    library(backup, *({"filename": name, "camera_model": name} for name in HOSTILE))
    with terminal(backup.home, *command) as screen:
        screen.until("7 photos")
    *rows, _ = screen.shown.splitlines()
    assert len(rows) == len(HOSTILE)
    assert all(cells(row) <= 80 for row in rows)


def test_no_name_commands_a_terminal(backup: Backup) -> None:
    records = library(
        backup, *({"filename": name, "camera_make": name, "sources": frozenset({f"{name}:{name}"})} for name in HOSTILE)
    )
    ids = [each.id for each in records]
    for command in (
        ["ls", "-l"],
        ["ls", "--json"],
        ["show", ids[0]],
        ["show", ids[1], "--json"],
        ["get", "--all", "--dry-run", "--layout", "source"],
        ["get", *ids],
        ["redate", ids[2], "--shift", "+1h"],
        ["rm", *ids],
        ["trash"],
        ["trash", "restore", *ids],
    ):
        done = backup.run(*command)
        for line in (done.stdout + done.stderr).split("\n"):
            assert line.isprintable(), (command, line)
        assert done.stdout + done.stderr, command
    assert not re.search("[\x00-\x1f]", " ".join(path.name for path in backup.home.rglob("*.jpg")))


@pytest.mark.parametrize("command", [["ls"], ["ls", "--json"]])
def test_who_reads_no_further_is_no_error(backup: Backup, command: list[str]) -> None:
    library(backup, {})
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [PHOTOBAK, *command], env=environ_of(backup.home), stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")
