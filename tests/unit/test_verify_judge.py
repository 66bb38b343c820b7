"""What is wrong with a photo: each way in which the three places may differ, and the ways in which they may."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.records import record

from photobak.client.verify.cures import CURES, cure_of
from photobak.client.verify.judge import (
    UNDERWAY_FOR,
    Facts,
    Listed,
    Problem,
    ProblemKind,
    judge,
    original_to_compare,
)
from photobak.photo.keys import record_key
from photobak.photo.record import Record, Status

ME = "us-east-1:0"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PHOTO = record(thumb_key="thumb/us-east-1:0/t.webp", web_key="web/us-east-1:0/w.webp", thumbhash=b"hash")
ORIGINAL, THUMB, WEB = (key or "" for key in (PHOTO.original_key, PHOTO.thumb_key, PHOTO.web_key))
RECORD = record_key(ME, PHOTO.sha256)
SECOND_OF_TIME = timedelta(seconds=1)


def until(instant: datetime) -> Record:
    """The photo in the trash until then."""
    return replace(PHOTO, status=Status.TRASHED, trashed_until=instant)


TRASHED, LET_GO = until(NOW + timedelta(days=1)), until(NOW)


def objects(*keys: str, size: int = PHOTO.size, age: timedelta = timedelta(days=1)) -> tuple[Listed, ...]:
    return tuple(Listed(key, size, (NOW - age).isoformat()) for key in keys)


ALL = objects(ORIGINAL, THUMB, WEB, RECORD)


def facts(**changes: Any) -> Facts:
    """A sound photo, but for these changes."""
    return replace(Facts(PHOTO.sha256, Status.STORED, PHOTO, ALL), **changes)


SOUND = {
    "a photo": facts(),
    "one without previews": facts(
        status=Status.NO_PREVIEW,
        record=replace(PHOTO, status=Status.NO_PREVIEW, thumb_key=None, web_key=None, thumbhash=None),
        objects=objects(ORIGINAL, RECORD),
    ),
    "one in the trash": facts(status=Status.TRASHED, record=TRASHED, objects=objects(RECORD)),
    "one that is on its way": facts(
        status=Status.EXPECTED, record=None, objects=objects(ORIGINAL, age=timedelta(minutes=1))
    ),
    "one that is announced": facts(status=Status.EXPECTED, record=None, objects=()),
    "one that was announced again while it is processed": facts(
        status=Status.EXPECTED, record=None, objects=objects(ORIGINAL, THUMB, age=UNDERWAY_FOR - SECOND_OF_TIME)
    ),
    "one that was refused": facts(status=Status.REJECTED, record=None, objects=()),
    "one that the trash has let go of, and nobody has cleared away": facts(
        status=Status.TRASHED, record=LET_GO, objects=objects(RECORD)
    ),
    "one that the trash has let go of in one table, this very second": facts(record=LET_GO, objects=objects(RECORD)),
    "one that the trash has let go of, and its row is gone": facts(
        status=Status.TRASHED, record=None, objects=objects(RECORD), beside=LET_GO
    ),
    "its record alone": facts(status=None, record=None, objects=objects(RECORD), beside=LET_GO),
    "its content item alone": facts(status=Status.TRASHED, record=None, objects=()),
}

LOST_IN_CONTENTS = "the table Contents has lost it"
LOST_IN_PHOTOS = "the table Photos has lost it"
NO_ORIGINAL = "the original is lost"
NO_PREVIEW = "the preview is lost"
OF_NO_PHOTO = "it belongs to no photo"
SECOND = "original/us-east-1:0/other.png"

Said = tuple[str, str, str | None]
"""Kind, reason and path of a problem."""

WRONG: dict[str, tuple[Facts, list[Said]]] = {
    "no content item": (facts(status=None, record=None), [("missing-record", LOST_IN_CONTENTS, ORIGINAL)]),
    "a content item that was refused, and an original": (
        facts(status=Status.REJECTED, record=None),
        [("missing-record", LOST_IN_CONTENTS, ORIGINAL)],
    ),
    "no content item, and no original": (
        facts(status=None, record=None, objects=objects(THUMB, WEB, RECORD), beside=PHOTO),
        [("missing-record", LOST_IN_CONTENTS, RECORD), ("missing-object", NO_ORIGINAL, ORIGINAL)],
    ),
    "a record's JSON alone, which can't be read": (
        facts(status=None, record=None, objects=objects(THUMB, RECORD)),
        [("missing-record", LOST_IN_CONTENTS, RECORD), ("missing-object", NO_ORIGINAL, None)],
    ),
    "no content item, in the trash": (
        facts(status=None, record=None, objects=objects(RECORD), beside=TRASHED),
        [("missing-record", LOST_IN_CONTENTS, RECORD)],
    ),
    "no content item, in the trash until a second from now": (
        facts(status=None, record=None, objects=objects(RECORD), beside=until(NOW + SECOND_OF_TIME)),
        [("missing-record", LOST_IN_CONTENTS, RECORD)],
    ),
    "no content item, let go of by the trash, but its original is visible": (
        facts(status=None, record=None, objects=objects(ORIGINAL, RECORD), beside=LET_GO),
        [("missing-record", LOST_IN_CONTENTS, ORIGINAL)],
    ),
    "announced again, since the tables have lost it": (
        facts(status=Status.EXPECTED, record=None),
        [("missing-record", LOST_IN_CONTENTS, ORIGINAL)],
    ),
    "announced an hour ago, and processed no further": (
        facts(status=Status.EXPECTED, record=None, objects=objects(ORIGINAL, age=UNDERWAY_FOR)),
        [("missing-record", LOST_IN_CONTENTS, ORIGINAL)],
    ),
    "announced, with one old object among new ones": (
        facts(
            status=Status.EXPECTED,
            record=None,
            objects=(*objects(THUMB, age=timedelta(minutes=1)), *objects(ORIGINAL)),
        ),
        [("missing-record", LOST_IN_CONTENTS, ORIGINAL)],
    ),
    "refused a minute ago, and an original": (
        facts(status=Status.REJECTED, record=None, objects=objects(ORIGINAL, age=timedelta(minutes=1))),
        [("missing-record", LOST_IN_CONTENTS, ORIGINAL)],
    ),
    "no record": (facts(record=None), [("missing-record", LOST_IN_PHOTOS, ORIGINAL)]),
    "no record, and no object": (facts(record=None, objects=()), [("missing-record", LOST_IN_PHOTOS, None)]),
    "no record of one in the trash": (
        facts(status=Status.TRASHED, record=None, objects=objects(RECORD)),
        [("missing-record", LOST_IN_PHOTOS, RECORD)],
    ),
    "no record beside": (
        facts(objects=objects(ORIGINAL, THUMB, WEB)),
        [("missing-record", "it is not in the bucket", RECORD)],
    ),
    "tables that don't agree": (
        facts(status=Status.NO_PREVIEW),
        [("wrong-record", "the table Photos says stored, the table Contents says no-preview", None)],
    ),
    "in the trash, until a second from now, as one table says": (
        facts(record=until(NOW + SECOND_OF_TIME), objects=objects(RECORD)),
        [("wrong-record", "the table Photos says trashed, the table Contents says stored", None)],
    ),
    "no original": (facts(objects=objects(THUMB, WEB, RECORD)), [("missing-object", NO_ORIGINAL, ORIGINAL)]),
    "an original of another size": (
        facts(objects=(*objects(ORIGINAL, size=1_000_000), *objects(THUMB, WEB, RECORD))),
        [("wrong-size", f"it has 1,000,000 bytes, and was stored with {PHOTO.size}", ORIGINAL)],
    ),
    "no placeholder": (
        facts(record=replace(PHOTO, thumbhash=None)),
        [("missing-preview", "not all previews are made yet", THUMB)],
    ),
    "no thumbnail": (facts(objects=objects(ORIGINAL, WEB, RECORD)), [("missing-preview", NO_PREVIEW, THUMB)]),
    "an empty web view": (
        facts(objects=(*objects(ORIGINAL, THUMB, RECORD), *objects(WEB, size=0))),
        [("missing-preview", NO_PREVIEW, WEB)],
    ),
    "a second original": (facts(objects=(*ALL, *objects(SECOND))), [("orphan", OF_NO_PHOTO, SECOND)]),
    "previews alone": (
        facts(status=None, record=None, objects=objects(THUMB, WEB)),
        [("orphan", OF_NO_PHOTO, THUMB), ("orphan", OF_NO_PHOTO, WEB)],
    ),
    "in the trash, and to be seen": (
        facts(status=Status.TRASHED, record=TRASHED, objects=objects(THUMB, RECORD)),
        [("orphan", "its photo is in the trash, and it is still visible", THUMB)],
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_nothing_is_wrong_with(name: str) -> None:
    assert judge(SOUND[name], ME, NOW) == []


@pytest.mark.parametrize("name", WRONG)
def test_it_is_said_of(name: str) -> None:
    found, expected = WRONG[name]
    assert judge(found, ME, NOW) == [Problem(ProblemKind(kind), why, PHOTO.sha256, at) for kind, why, at in expected]


def test_bytes_are_compared_where_an_original_of_the_right_size_is_kept() -> None:
    assert original_to_compare(facts()) == ALL[0]
    assert original_to_compare(facts(record=None)) is None
    assert original_to_compare(facts(record=TRASHED)) is None
    assert original_to_compare(facts(objects=objects(THUMB, WEB, RECORD))) is None
    assert original_to_compare(facts(objects=objects(ORIGINAL, size=PHOTO.size - 1))) is None


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (
            Problem(ProblemKind.BAD_BYTES, "they differ", "ab", "original/a.jpg"),
            {"problem": "bad-bytes", "sha256": "ab", "path": "original/a.jpg", "reason": "they differ"},
        ),
        (
            Problem(ProblemKind.NOT_BACKED_UP, "it is new"),
            {"problem": "not-backed-up", "sha256": None, "path": None, "reason": "it is new"},
        ),
        (
            Problem(ProblemKind.UNREADABLE, "no", None, Path("/p/a.jpg")),
            {"problem": "unreadable", "sha256": None, "path": "/p/a.jpg", "reason": "no"},
        ),
    ],
)
def test_a_problem_is_a_line_of_json(problem: Problem, line: dict[str, object]) -> None:
    assert problem.to_json() == {"type": "problem", **line}


def test_every_kind_of_problem_has_a_cure() -> None:
    assert set(CURES) == set(ProblemKind)
    for kind in ProblemKind:
        cure = cure_of(Problem(kind, "", "ab" * 32, "a photo.jpg"))
        assert cure.command.startswith(("photobak ", "aws "))
        assert "{" not in cure.command
        assert "  " not in f"{cure}"
    assert cure_of(Problem(ProblemKind.CHANGED, "", None, "a photo.jpg")).command == "photobak sync 'a photo.jpg'"
