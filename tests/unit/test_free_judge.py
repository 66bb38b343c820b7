"""Which files may be freed: every objection by itself, and together."""

import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.known_files import known_file
from support.records import record as a_record

from photobak.client.free.judge import FreeOutcome, FreeResult, OnDisk, cloud_objection, local_objection, together
from photobak.client.index.index import Fingerprint, KnownFile
from photobak.photo.record import Status

KNOWN = known_file("/p/a.jpg")
FINE = OnDisk(stat.S_IFREG | 0o644, links=1, own=True, fingerprint=KNOWN.fingerprint)
CUTOFF = datetime(2025, 1, 1, tzinfo=UTC)


def test_nothing_speaks_against_an_old_unchanged_confirmed_file() -> None:
    assert local_objection(FINE, KNOWN, CUTOFF) == ""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"mode": stat.S_IFLNK | 0o777}, "symbolic link"),
        ({"mode": stat.S_IFIFO | 0o644}, "no regular file"),
        ({"links": 2}, "hard links"),
        ({"own": False}, "another user"),
        ({"fingerprint": Fingerprint(5, 1, 3, 3)}, "changed"),
    ],
)
def test_what_the_disk_says_against_it(change: dict[str, object], reason: str) -> None:
    assert reason in local_objection(replace(FINE, **change), KNOWN, CUTOFF)


@pytest.mark.parametrize("status", [each for each in Status if not each.kept])
def test_what_is_not_confirmed_stays(status: Status) -> None:
    assert local_objection(FINE, replace(KNOWN, status=status), CUTOFF)
    assert cloud_objection(KNOWN, status, None)


def test_what_is_not_known_or_too_young_stays() -> None:
    assert local_objection(FINE, None, CUTOFF)
    assert local_objection(FINE, KNOWN, KNOWN.taken.taken_at)


def test_what_the_cloud_says_against_it() -> None:
    record = a_record("/p/a.jpg", sources=frozenset({KNOWN.source}))
    assert cloud_objection(KNOWN, Status.STORED, record) == ""
    assert cloud_objection(KNOWN, None, record)
    assert cloud_objection(KNOWN, Status.STORED, None)
    assert cloud_objection(KNOWN, Status.STORED, replace(record, status=Status.TRASHED))
    assert cloud_objection(KNOWN, Status.STORED, replace(record, sources=frozenset({"other:a.jpg"})))


def test_files_that_belong_together_stay_together() -> None:
    assert together({"a.jpg": "", "a.xmp": ""}) == {"a.jpg": "", "a.xmp": ""}
    assert together({"a.jpg": "", "a.xmp": "it has changed"}) == {
        "a.jpg": "it belongs to a.xmp, which stays",
        "a.xmp": "it has changed",
    }


LATER = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("found", "known", "cutoff", "reason"),
    [
        (replace(FINE, mode=stat.S_IFLNK | 0o777), KNOWN, CUTOFF, "it is a symbolic link or no regular file"),
        (replace(FINE, own=False), KNOWN, CUTOFF, "it belongs to another user of this machine"),
        (replace(FINE, links=2), KNOWN, CUTOFF, "it has hard links: another name keeps its space"),
        (FINE, None, CUTOFF, "this account has not backed it up"),
        (replace(FINE, fingerprint=Fingerprint(5, 1, 3, 3)), KNOWN, CUTOFF, "it has changed since it was backed up"),
        (FINE, KNOWN, KNOWN.taken.taken_at, "it is too young"),
        (FINE, KNOWN, KNOWN.taken.taken_at + LATER, ""),
        (FINE, replace(KNOWN, status=Status.NO_PREVIEW), CUTOFF, ""),
    ],
)
def test_a_file_that_stays_has_this_reason(
    found: OnDisk, known: KnownFile | None, cutoff: datetime, reason: str
) -> None:
    assert local_objection(found, known, cutoff) == reason


REASONS = {
    Status.TRASHED: "its photo is in the trash of the cloud",
    Status.FORGOTTEN: "its owner has deleted it from the cloud",
    Status.EXPECTED: "the cloud has not confirmed it yet",
    Status.REJECTED: "the cloud has rejected it",
}


@pytest.mark.parametrize("status", REASONS)
def test_each_status_that_is_not_safe_is_named(status: Status) -> None:
    assert local_objection(FINE, replace(KNOWN, status=status), CUTOFF) == REASONS[status]
    assert cloud_objection(KNOWN, status, None) == REASONS[status]


def test_a_file_that_the_cloud_keeps_here_has_this_reason() -> None:
    record = a_record("/p/a.jpg", sources=frozenset({KNOWN.source}))
    assert cloud_objection(KNOWN, Status.NO_PREVIEW, replace(record, status=Status.NO_PREVIEW)) == ""
    assert cloud_objection(KNOWN, None, record) == "the cloud has lost it"
    illegible = "its record is lost or can't be read"
    assert cloud_objection(KNOWN, Status.STORED, None) == illegible
    assert cloud_objection(KNOWN, Status.STORED, replace(record, status=Status.TRASHED)) == illegible
    elsewhere = replace(record, sources=frozenset({"other:a.jpg"}))
    assert cloud_objection(KNOWN, Status.STORED, elsewhere) == (
        "its record does not name this file, so a restore would not put it back"
    )


def test_the_first_of_several_is_named() -> None:
    found = together({"c.jpg": "two", "a.jpg": "", "b.jpg": "one"})
    assert found == {"c.jpg": "two", "a.jpg": "it belongs to b.jpg, which stays", "b.jpg": "one"}
    assert together({}) == {}


def test_what_became_of_a_file_is_a_line_of_json() -> None:
    freed = FreeOutcome(Path("/p/a.jpg"), FreeResult.FREED, sha256="ab", size=5)
    line = {"type": "file", "path": "/p/a.jpg", "sha256": "ab", "result": "freed", "reason": None}
    assert freed.to_json() == line
    kept = FreeOutcome(Path("/p/a.jpg"), FreeResult.KEPT, "it is too young")
    assert kept.to_json() == {**line, "sha256": None, "result": "kept", "reason": "it is too young"}
