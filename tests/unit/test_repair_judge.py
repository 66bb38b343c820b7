"""How each problem is repaired, and when only a file with the same bytes helps."""

from dataclasses import replace

import pytest
from support.records import record

from photobak.client.repair.judge import (
    Repaired,
    RepairResult,
    Suspect,
    looked_at_again,
    suspects,
)
from photobak.client.verify.judge import Facts, Problem, ProblemKind
from photobak.photo.identity import short_id

PHOTO, OTHER = record(), record("another")
FACTS, OF_OTHER = Facts(PHOTO.sha256, PHOTO.status, PHOTO), Facts(OTHER.sha256, OTHER.status, OTHER)
WITHOUT_RECORD = Facts(PHOTO.sha256)
KEY = "original/us-east-1:0/a.jpg"


def problem(kind: ProblemKind, reason: str = "why", path: str | None = KEY) -> Problem:
    return Problem(kind, reason, PHOTO.sha256, path)


def suspect(*kinds: ProblemKind, facts: Facts = FACTS) -> Suspect:
    problems = tuple(problem(kind) for kind in kinds)
    return Suspect(facts, problems, problems)


NEEDS = {
    # kind: (records, objects in doubt, bytes)
    ProblemKind.MISSING_RECORD: (True, False, True),
    ProblemKind.WRONG_RECORD: (True, False, False),
    ProblemKind.MISSING_OBJECT: (True, True, True),
    ProblemKind.WRONG_SIZE: (False, False, True),
    ProblemKind.BAD_BYTES: (False, False, True),
    ProblemKind.MISSING_PREVIEW: (True, True, True),
    ProblemKind.ORPHAN: (True, True, False),
}


@pytest.mark.parametrize("kind", NEEDS)
def test_what_a_problem_needs(kind: ProblemKind) -> None:
    found = suspect(kind)
    assert (found.needs_records, found.has_objects_in_doubt, found.needs_bytes) == NEEDS[kind]


def test_what_several_problems_need() -> None:
    found = suspect(ProblemKind.BAD_BYTES, ProblemKind.WRONG_RECORD)
    assert (found.needs_records, found.has_objects_in_doubt, found.needs_bytes) == (True, False, True)
    assert found.kinds == {ProblemKind.BAD_BYTES, ProblemKind.WRONG_RECORD}
    assert found.sha256 == PHOTO.sha256


@pytest.mark.parametrize(
    ("kind", "facts", "status", "expected"),
    [
        (ProblemKind.MISSING_OBJECT, FACTS, "unknown", True),
        (ProblemKind.MISSING_OBJECT, FACTS, "lost", True),
        (ProblemKind.MISSING_OBJECT, FACTS, "repaired", False),
        (ProblemKind.MISSING_OBJECT, FACTS, "frozen", False),
        (ProblemKind.MISSING_RECORD, WITHOUT_RECORD, "frozen", True),
        (ProblemKind.ORPHAN, FACTS, "lost", False),
        (ProblemKind.ORPHAN, WITHOUT_RECORD, "frozen", False),
    ],
)
def test_only_a_file_helps_where_the_cloud_has_nothing(
    kind: ProblemKind, facts: Facts, status: str, expected: bool
) -> None:
    assert suspect(kind, facts=facts).may_come_from_a_file(status) is expected


def test_why_the_cloud_could_not_repair_it() -> None:
    found, without = suspect(ProblemKind.MISSING_OBJECT), suspect(ProblemKind.MISSING_RECORD, facts=WITHOUT_RECORD)
    assert (found.why_not("unknown"), found.why_not("lost")) == ("", "")
    assert found.why_not("it is being changed") == "it is being changed"
    thaw = f"{short_id(PHOTO.sha256)} --thaw standard"
    archived = "its original is archived and has to be thawed first: photobak get "
    assert found.why_not("frozen") == archived + thaw
    assert without.why_not("frozen") == f"{archived}--from-bucket BUCKET {thaw}"


def test_a_failure_lists_what_is_still_wrong_once() -> None:
    still = (
        problem(ProblemKind.MISSING_PREVIEW, "one"),
        problem(ProblemKind.ORPHAN, "one"),
        problem(ProblemKind.WRONG_SIZE, "two"),
    )
    found = replace(suspect(ProblemKind.BAD_BYTES), problems=still)
    at_first = found.found
    for reason in (None, ""):
        assert found.outcome(RepairResult.FAILED, reason) == Repaired(
            PHOTO.sha256, RepairResult.FAILED, at_first, "one; two"
        )
    assert found.outcome(RepairResult.FAILED, "said").reason == "said"
    assert found.outcome(RepairResult.REPAIRED) == Repaired(PHOTO.sha256, RepairResult.REPAIRED, at_first, None)
    assert found.outcome(RepairResult.SENT, "said") == Repaired(PHOTO.sha256, RepairResult.SENT, at_first, "said")


def test_what_became_of_a_photo_is_a_line_of_json() -> None:
    kinds = (problem(ProblemKind.BAD_BYTES), problem(ProblemKind.ORPHAN))
    assert Repaired("ab", RepairResult.FAILED, kinds, "why", "/p/a.jpg").to_json() == {
        "type": "photo",
        "sha256": "ab",
        "result": "failed",
        "problems": ["bad-bytes", "orphan"],
        "path": "/p/a.jpg",
        "reason": "why",
    }


class TestSuspects:
    def test_a_photo_without_problems_is_none(self) -> None:
        assert suspects([(FACTS, [])]) == ([], [])

    def test_each_photo_is_one_with_all_its_problems(self) -> None:
        first, second = problem(ProblemKind.MISSING_PREVIEW, "one"), problem(ProblemKind.BAD_BYTES, "two")
        of_other = problem(ProblemKind.WRONG_SIZE)
        found, foreign = suspects([(FACTS, [first]), (OF_OTHER, [of_other]), (FACTS, [second])])
        assert foreign == []
        assert found == [
            Suspect(FACTS, (first, second), (first, second)),
            Suspect(OF_OTHER, (of_other,), (of_other,)),
        ]

    def test_stray_records_are_collected_with_the_problems(self) -> None:
        with_one, with_another = replace(FACTS, strays=("1",)), replace(FACTS, strays=("2",))
        wrong = problem(ProblemKind.ORPHAN)
        expected = Suspect(replace(FACTS, strays=("1", "2")), (wrong,), (wrong,))
        assert suspects([(with_one, [wrong]), (with_another, [])]) == ([expected], [])
        assert suspects([(with_one, []), (with_another, [wrong])]) == ([expected], [])
        assert suspects([(with_one, [])]) == ([], [])

    def test_what_belongs_to_no_photo_cant_be_repaired(self) -> None:
        strange = [Problem(ProblemKind.ORPHAN, "no photo has this name", None, f"original/{n}") for n in (1, 2)]
        found, foreign = suspects([(Facts(""), [each]) for each in strange])
        assert found == []
        assert foreign == [
            Repaired(None, RepairResult.FAILED, (each,), "no photo has this name", str(each.path)) for each in strange
        ]


class TestLookedAtAgain:
    STRAY = problem(ProblemKind.ORPHAN, path=None)
    NOTHING: frozenset[ProblemKind] = frozenset()

    @pytest.mark.parametrize(
        ("was", "stays"),
        [
            (problem(ProblemKind.BAD_BYTES), True),
            (problem(ProblemKind.WRONG_RECORD), True),
            (STRAY, True),
            (problem(ProblemKind.ORPHAN), False),
            (problem(ProblemKind.MISSING_OBJECT, path=None), False),
            (problem(ProblemKind.WRONG_SIZE), False),
        ],
    )
    def test_what_a_second_look_cant_see_is_still_wrong(self, was: Problem, stays: bool) -> None:
        before = Suspect(FACTS, (was,), (was,))
        after = looked_at_again(before, (WITHOUT_RECORD, []), is_answered_for=self.NOTHING)
        assert after == Suspect(WITHOUT_RECORD, (was,) if stays else (), (was,))
        answered = looked_at_again(before, (FACTS, []), is_answered_for=frozenset({was.kind}))
        assert answered.problems == ()

    def test_what_it_sees_is_wrong_once(self) -> None:
        bad, new = problem(ProblemKind.BAD_BYTES), problem(ProblemKind.MISSING_PREVIEW)
        before = Suspect(FACTS, (bad,), (bad,))
        again = looked_at_again(before, (FACTS, [new, bad]), is_answered_for=self.NOTHING)
        assert again == Suspect(FACTS, (new, bad), (bad,))
        assert looked_at_again(before, (FACTS, [new]), is_answered_for=self.NOTHING).problems == (new, bad)
