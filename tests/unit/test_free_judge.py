"""Which files may be freed: every objection by itself, and together."""

import stat
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from support.known_files import known_file
from support.records import record as a_record

from photobak.client.free.judge import OnDisk, cloud_objection, local_objection, together
from photobak.client.index.index import Fingerprint
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
