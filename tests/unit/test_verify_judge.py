"""What is wrong with a photo: each way in which the three places may differ, and the ways in which they may."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.records import record

from photobak.client.verify.cures import CURES, cure_of
from photobak.client.verify.judge import Facts, Listed, Problem, ProblemKind, judge
from photobak.photo.keys import record_key
from photobak.photo.record import Status

ME = "us-east-1:0"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PHOTO = record(thumb_key="thumb/us-east-1:0/t.webp", web_key="web/us-east-1:0/w.webp", thumbhash=b"hash")
ORIGINAL, THUMB, WEB = (key or "" for key in (PHOTO.original_key, PHOTO.thumb_key, PHOTO.web_key))
RECORD = record_key(ME, PHOTO.sha256)
TRASHED = replace(PHOTO, status=Status.TRASHED, trashed_until=NOW + timedelta(days=1))
LET_GO = replace(PHOTO, status=Status.TRASHED, trashed_until=NOW - timedelta(days=1))


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
    "one that was refused": facts(status=Status.REJECTED, record=None, objects=()),
    "one that the trash has let go of, and nobody has cleared away": facts(
        status=Status.TRASHED, record=LET_GO, objects=objects(RECORD)
    ),
    "its record alone": facts(status=None, record=None, objects=objects(RECORD), beside=LET_GO),
    "its content item alone": facts(status=Status.TRASHED, record=None, objects=()),
}

WRONG = {
    "no content item": (facts(status=None, record=None), ["missing-record"]),
    "no content item, and no original": (
        facts(status=None, record=None, objects=objects(THUMB, WEB, RECORD), beside=PHOTO),
        ["missing-record", "missing-object"],
    ),
    "no content item, in the trash": (
        facts(status=None, record=None, objects=objects(RECORD), beside=TRASHED),
        ["missing-record"],
    ),
    "announced again, since the tables have lost it": (
        facts(status=Status.EXPECTED, record=None),
        ["missing-record"],
    ),
    "no record": (facts(record=None), ["missing-record"]),
    "no record beside": (facts(objects=objects(ORIGINAL, THUMB, WEB)), ["missing-record"]),
    "tables that don't agree": (facts(status=Status.NO_PREVIEW), ["wrong-record"]),
    "no original": (facts(objects=objects(THUMB, WEB, RECORD)), ["missing-object"]),
    "an original of another size": (
        facts(objects=(*objects(ORIGINAL, size=PHOTO.size + 1), *objects(THUMB, WEB, RECORD))),
        ["wrong-size"],
    ),
    "no placeholder": (facts(record=replace(PHOTO, thumbhash=None)), ["missing-preview"]),
    "no thumbnail": (facts(objects=objects(ORIGINAL, WEB, RECORD)), ["missing-preview"]),
    "an empty web view": (
        facts(objects=(*objects(ORIGINAL, THUMB, RECORD), *objects(WEB, size=0))),
        ["missing-preview"],
    ),
    "a second original": (facts(objects=(*ALL, *objects("original/us-east-1:0/other.png"))), ["orphan"]),
    "a preview alone": (facts(status=None, record=None, objects=objects(THUMB)), ["orphan"]),
    "in the trash, and to be seen": (
        facts(status=Status.TRASHED, record=TRASHED, objects=objects(THUMB, RECORD)),
        ["orphan"],
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_nothing_is_wrong_with(name: str) -> None:
    assert judge(SOUND[name], ME, NOW) == []


@pytest.mark.parametrize("name", WRONG)
def test_it_is_said_of(name: str) -> None:
    found, expected = WRONG[name]
    problems = judge(found, ME, NOW)
    assert [problem.kind.value for problem in problems] == expected
    assert {problem.sha256 for problem in problems} == {PHOTO.sha256}


def test_every_kind_of_problem_has_a_cure() -> None:
    assert set(CURES) == set(ProblemKind)
    for kind in ProblemKind:
        cure = cure_of(Problem(kind, "", "ab" * 32, "a photo.jpg"))
        assert cure.command.startswith(("photobak ", "aws "))
        assert "{" not in cure.command
        assert "  " not in f"{cure}"
    assert cure_of(Problem(ProblemKind.CHANGED, "", None, "a photo.jpg")).command == "photobak sync 'a photo.jpg'"
