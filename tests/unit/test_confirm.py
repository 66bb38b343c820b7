"""What follows from what the cloud says of a content. A table and a feed that are told what to say stand in for it."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from support.known_files import known_file

from photobak.client.concurrency import Again, Pipeline, Report
from photobak.client.files.candidate import Candidate
from photobak.client.files.outcome import Result
from photobak.client.index.index import Fingerprint
from photobak.client.upload import confirm
from photobak.client.upload.confirm import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    Confirmer,
    PollSchedule,
    Step,
    leave_unconfirmed,
)
from photobak.client.upload.content import (
    Confirmed,
    Content,
    Deleted,
    Failed,
    Pending,
    Rejected,
    Uploaded,
    Verdict,
)
from photobak.client.upload.send import InFlight
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.deletion import Deletion
from photobak.photo.identity import sha256_of
from photobak.photo.record import Status


class Table:
    """Gives each content the next of its answers, and its last one for ever."""

    def __init__(self, **answers: list[Status | None]) -> None:
        self.answers = {content(name).sha256: list(each) for name, each in answers.items()}

    def read(self, hashes: Iterable[str]) -> dict[str, Verdict]:
        found = {}
        for sha256 in hashes:
            left = self.answers[sha256]
            status = left.pop(0) if len(left) > 1 else left[0]
            if status is not None:
                found[sha256] = Verdict(
                    status,
                    "for a reason" if status is not Status.STORED else None,
                    DELETION if status.deleted else None,
                )
        return found


DELETION = Deletion()


class Feed:
    """Has nothing to tell, or tells what it is made of."""

    def __init__(self, **told: Status) -> None:
        self.told = {content(name).sha256: status for name, status in told.items()}
        self.connecting = False
        self.since = 0.0 if told else None
        self.stopped = False

    def start(self) -> None: ...

    def stop(self) -> None:
        self.stopped = True

    def take(self, sha256: str) -> Status | None:
        return self.told.pop(sha256, None)


def content(name: str, *twins: str) -> Content:
    """A content that lies at several paths."""
    files = [known_file(f"/p/{each}.jpg", name, uploaded_at=5.0) for each in (name, *twins)]
    return Content(tuple(Candidate.pending(file) for file in files))


def steps(table: Table, *contents: Content, feed: Feed | None = None, timeout: float = 30.0) -> list[Step]:
    """What becomes of these contents, in order; what comes back does not go round again here."""
    feed = feed or Feed()
    in_flight = InFlight()
    for each in contents:
        if in_flight.claim(each.sha256) is None:
            in_flight.release(each.sha256, 5.0)
    confirmer = Confirmer(table, feed, in_flight, timeout)  # type: ignore[arg-type]
    with Pipeline() as pipeline:
        uploaded = pipeline.stage(iter, [Uploaded(each, 5.0) for each in contents], capacity=9)
        found = list(confirmer.confirm(uploaded))
    assert feed.stopped
    pending = {step.content.sha256 for step in found if isinstance(step, Pending)}
    for sha256 in {each.sha256 for each in contents}:  # it may be uploaded again, unless it is still on its way
        assert in_flight.claim(sha256) == (5.0 if sha256 in pending else None)
    return found


def test_what_is_stored_is_confirmed_once_for_all_its_paths() -> None:
    (step,) = steps(Table(a=[Status.EXPECTED, Status.STORED]), content("a"), content("a", "twin"))
    assert isinstance(step, Confirmed)
    assert step.result is Result.STORED
    assert [each.name for each in step.content.candidates] == ["a.jpg", "a.jpg", "twin.jpg"]
    assert step.concluded == 3


def test_the_feed_is_believed_and_the_table_says_why_there_is_no_preview() -> None:
    table = Table(a=[Status.EXPECTED], b=[Status.NO_PREVIEW])
    found = steps(table, content("a"), content("b"), feed=Feed(a=Status.STORED, b=Status.NO_PREVIEW))
    assert found == [Confirmed(content("a"), Result.STORED), Confirmed(content("b"), Result.NO_PREVIEW, "for a reason")]


def test_what_its_owner_has_deleted_is_in_the_trash() -> None:
    assert steps(Table(a=[Status.TRASHED]), content("a")) == [Deleted(content("a"), Status.TRASHED, DELETION)]


def test_what_is_not_confirmed_in_time_is_pending() -> None:
    (step,) = steps(Table(a=[Status.EXPECTED]), content("a"), timeout=0.3)
    assert step == Pending(content("a"), "the cloud has confirmed nothing for 0.3 seconds")


def test_what_the_cloud_has_lost_goes_round_once() -> None:
    (step,) = steps(Table(a=[None]), content("a"))
    assert isinstance(step, Again)
    assert step.item.sent_again
    assert step.item.uploaded_at is None  # so that it is announced, and not only looked up
    (step,) = steps(Table(a=[None]), replace(content("a"), sent_again=True), timeout=0.3)
    assert isinstance(step, Pending)


def test_what_is_rejected_is_read_again_and_goes_round_once(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0 other bytes than were hashed")
    os.utime(path, (5, 5))
    known = known_file(str(path), "a", fingerprint=Fingerprint.of(path.stat()))
    there, gone = Candidate.pending(known), content("a").first
    with path.open("rb", buffering=0) as file:
        truth = sha256_of(file)
    table = Table(a=[Status.REJECTED])
    again, failed = sorted(steps(table, Content((there, gone))), key=lambda step: isinstance(step, Report))
    assert isinstance(again, Again)
    assert (again.item.sha256, again.item.sent_again) == (truth, True)
    assert isinstance(failed, Failed)
    assert failed == Failed(Content((gone,)), "no such file or directory")
    assert steps(table, replace(content("a"), sent_again=True)) == [
        Rejected(replace(content("a"), sent_again=True), "for a reason")
    ]


@pytest.mark.parametrize("count", [1, 250])
def test_every_path_is_concluded_once(count: int) -> None:
    names = [f"p{number}" for number in range(count)]
    table = Table(**{name: [Status.EXPECTED, Status.STORED] for name in names})
    found = steps(table, *(content(name) for name in names))
    assert sum(step.concluded for step in found if isinstance(step, Report)) == count


# ---- the clock, and which contents are asked for


class Clock:
    """Stands in for ``time``: a wait takes no time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(confirm, "time", made)
    return made


def test_reads_become_rarer_while_nothing_happens_and_frequent_again_when_it_does(clock: Clock) -> None:
    schedule = PollSchedule(30.0)
    pauses = []
    for _ in range(12):
        pauses.append(schedule.pause)
        schedule.nothing_new()
    assert pauses[:3] == pytest.approx([FIRST_PAUSE, FIRST_PAUSE * 1.5, FIRST_PAUSE * 2.25])
    assert pauses[-1] == LONGEST_PAUSE
    clock.now += 7
    assert schedule.quiet_for == 7
    schedule.progress()
    assert (schedule.pause, schedule.quiet_for) == (FIRST_PAUSE, 0)


def test_time_is_up_after_the_timeout_and_not_with_it(clock: Clock) -> None:
    schedule = PollSchedule(30.0)
    clock.now += 30
    assert not schedule.exhausted
    clock.now += 0.001
    assert schedule.exhausted
    schedule.progress()
    assert not schedule.exhausted


class TestDoubts:
    """Which contents the table is read for, though there is a change feed."""

    @pytest.fixture
    def feed(self) -> Feed:
        feed = Feed()
        feed.since = 100.0
        return feed

    @pytest.fixture
    def confirmer(self, clock: Clock, feed: Feed) -> Confirmer:
        made = Confirmer(Table(), feed, InFlight(), 30.0)  # type: ignore[arg-type]
        made._doubted_all_at = clock.now
        for name, uploaded_at in (("early", 99.0), ("late", 101.0), ("twice", 101.0), ("twice", 99.0)):
            made._wait_for(Uploaded(content(name), uploaded_at))
        made._wait_for(Uploaded(content("together"), 100.0))
        return made

    @pytest.fixture
    def schedule(self, clock: Clock) -> PollSchedule:
        return PollSchedule(30.0)

    EVERY: Final = [content(name).sha256 for name in ("early", "late", "twice", "together")]

    def test_without_a_feed_all(self, confirmer: Confirmer, schedule: PollSchedule, feed: Feed) -> None:
        feed.since = None
        assert confirmer._doubtful(schedule) == self.EVERY

    def test_while_it_connects_none(self, confirmer: Confirmer, schedule: PollSchedule, feed: Feed) -> None:
        feed.since, feed.connecting = None, True
        assert confirmer._doubtful(schedule) == []

    def test_with_a_feed_those_that_were_uploaded_before_it_was_heard(
        self, confirmer: Confirmer, schedule: PollSchedule
    ) -> None:
        early, _, twice, _ = self.EVERY
        assert confirmer._doubtful(schedule) == [early, twice]
        confirmer._still_expected.add(early)
        assert confirmer._doubtful(schedule) == [twice]

    def test_after_five_quiet_seconds_all_and_then_each_five_seconds(
        self, confirmer: Confirmer, schedule: PollSchedule, clock: Clock
    ) -> None:
        confirmer._still_expected.update(self.EVERY)
        clock.now += 5.0
        assert confirmer._doubtful(schedule) == []
        clock.now += 0.001
        assert confirmer._doubtful(schedule) == self.EVERY
        assert confirmer._doubtful(schedule) == []
        clock.now += 5.0
        assert confirmer._doubtful(schedule) == []
        clock.now += 0.001
        assert confirmer._doubtful(schedule) == self.EVERY

    def test_what_makes_progress_is_not_doubted(
        self, confirmer: Confirmer, schedule: PollSchedule, clock: Clock
    ) -> None:
        confirmer._still_expected.update(self.EVERY)
        clock.now += 10.0
        schedule.progress()
        assert confirmer._doubtful(schedule) == []

    def test_who_is_still_expected_goes_to_the_end_of_the_line(self, confirmer: Confirmer, feed: Feed) -> None:
        early, late, twice, together = self.EVERY
        confirmer._statuses = Table(early=[Status.EXPECTED], twice=[Status.STORED])  # type: ignore[assignment]
        (step,) = confirmer._asked([early, twice])
        assert isinstance(step, Confirmed)
        assert list(confirmer._waiting) == [late, together, early]
        assert confirmer._still_expected == {early}
        confirmer._still_expected.clear()
        feed.since = None  # nobody tells of it, so it is asked for again
        assert confirmer._asked([early]) == []
        assert confirmer._still_expected == set()

    def test_a_hundred_are_asked_for_at_once(self, confirmer: Confirmer) -> None:
        names = [f"p{number}" for number in range(101)]
        for name in names:
            confirmer._wait_for(Uploaded(content(name), 99.0))
        confirmer._statuses = Table(**{name: [Status.STORED] for name in names})  # type: ignore[assignment]
        found = confirmer._asked([content(name).sha256 for name in names])
        assert len(found) == MAX_PHOTOS_A_REQUEST == 100

    def test_what_was_sent_again_and_is_still_unknown_is_waited_for(self, confirmer: Confirmer) -> None:
        again = replace(content("again"), sent_again=True)
        confirmer._wait_for(Uploaded(again, 99.0))
        confirmer._wait_for(Uploaded(content("again", "twin"), 99.0))
        confirmer._statuses = Table(again=[None])  # type: ignore[assignment]
        assert confirmer._asked([again.sha256]) == []
        assert again.sha256 in confirmer._still_expected

    def test_several_that_are_lost_all_go_round_again(self, confirmer: Confirmer) -> None:
        early, _, twice, _ = self.EVERY
        confirmer._still_expected.update(self.EVERY)
        confirmer._statuses = Table(early=[None], twice=[None])  # type: ignore[assignment]
        found = confirmer._asked([early, twice])
        assert [step.item.sha256 for step in found if isinstance(step, Again)] == [early, twice]
        assert confirmer._still_expected == set(self.EVERY) - {early, twice}

    def test_a_content_of_several_uploads_is_as_tired_as_the_most_tired(self, confirmer: Confirmer) -> None:
        for expired in (1, 3, 2):
            confirmer._wait_for(Uploaded(replace(content("tired"), expired=expired), 99.0))
        found = confirmer._content(content("tired").sha256)
        assert (found.expired, found.sent_again, len(found.candidates)) == (3, False, 3)
        confirmer._wait_for(Uploaded(replace(content("tired"), sent_again=True), 99.0))
        assert confirmer._content(content("tired").sha256).sent_again


def test_a_deletion_is_told_even_of_what_was_sent_again() -> None:
    again = replace(content("a"), sent_again=True)
    assert steps(Table(a=[Status.FORGOTTEN]), again) == [Deleted(again, Status.FORGOTTEN, DELETION)]


def test_the_feeds_word_is_not_taken_for_anything_but_stored() -> None:
    feed = Feed(a=Status.NO_PREVIEW)
    (step,) = steps(Table(a=[Status.REJECTED]), replace(content("a"), sent_again=True), feed=feed)
    assert isinstance(step, Rejected)
    assert step.reason == "for a reason"


def test_what_is_not_waited_for_is_pending() -> None:
    found = list(leave_unconfirmed([Uploaded(content("a"), 5.0), Uploaded(content("b"), 5.0)]))
    assert found == [Pending(content(name), "uploaded, not waited for") for name in "ab"]


def test_all_that_waits_is_given_up_together(clock: Clock) -> None:
    confirmer = Confirmer(Table(), Feed(), InFlight(), 2.5)  # type: ignore[arg-type]
    for name in "ab":
        confirmer._wait_for(Uploaded(content(name), 5.0))
    assert list(confirmer._give_up()) == [
        Pending(content(name), "the cloud has confirmed nothing for 2.5 seconds") for name in "ab"
    ]
    assert confirmer._waiting == {}


class Line:
    """A channel that hands out what it has, and then is finished or stays empty."""

    def __init__(self, clock: Clock, *items: Uploaded, finished: bool) -> None:
        self.clock, self.items, self.ends = clock, list(items), finished
        self.waited: list[float | None] = []

    @property
    def finished(self) -> bool:
        return self.ends and not self.items

    def get(self, timeout: float | None = None) -> Uploaded | None:
        self.waited.append(timeout)
        if self.items:
            return self.items.pop(0)
        self.clock.now += timeout or 0
        return None


class TestTaking:
    def confirmer(self) -> Confirmer:
        return Confirmer(Table(), Feed(), InFlight(), 30.0)  # type: ignore[arg-type]

    def test_the_first_is_waited_for_and_then_what_comes_within_the_pause(self, clock: Clock) -> None:
        confirmer = self.confirmer()
        line = Line(clock, *(Uploaded(content(name), 5.0) for name in "abc"), finished=False)
        assert confirmer._take(line, 0.7)  # type: ignore[arg-type]
        assert list(confirmer._waiting) == [content(name).sha256 for name in "abc"]
        assert line.waited == [None, *[pytest.approx(0.7)] * 3]
        assert clock.now == pytest.approx(1000.7)
        assert not confirmer._take(line, 0.2)  # type: ignore[arg-type]
        assert clock.slept == []

    def test_nothing_comes_and_nothing_is_waited_for(self, clock: Clock) -> None:
        line = Line(clock, finished=True)
        assert not self.confirmer()._take(line, 0.7)  # type: ignore[arg-type]
        assert (clock.now, clock.slept) == (1000.0, [])

    def test_it_sleeps_in_short_steps_when_all_are_there(self, clock: Clock) -> None:
        line = Line(clock, Uploaded(content("a"), 5.0), finished=True)
        assert self.confirmer()._take(line, 1.2)  # type: ignore[arg-type]
        assert clock.slept == pytest.approx([0.5, 0.5, 0.2])

    def test_uploads_wait_for_the_cloud_where_too_many_are_unconfirmed(
        self, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(confirm, "_MOST_WAITING", 2)
        line = Line(clock, *(Uploaded(content(name), 5.0) for name in "abc"), finished=False)
        assert self.confirmer()._take(line, 0.4)  # type: ignore[arg-type]
        assert len(line.items) == 1
        assert clock.slept == pytest.approx([0.4])
