"""What follows from what the cloud says of a content. A table and a feed that are told what to say stand in for it."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from support.known_files import known_file

from photobak.client.concurrency import Again, Pipeline, Report
from photobak.client.files.candidate import Candidate
from photobak.client.files.outcome import Result
from photobak.client.index.index import Fingerprint
from photobak.client.upload.confirm import Confirmer, Step
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
    assert failed.reason == "no such file or directory"
    assert steps(table, replace(content("a"), sent_again=True)) == [
        Rejected(replace(content("a"), sent_again=True), "for a reason")
    ]


@pytest.mark.parametrize("count", [1, 250])
def test_every_path_is_concluded_once(count: int) -> None:
    names = [f"p{number}" for number in range(count)]
    table = Table(**{name: [Status.EXPECTED, Status.STORED] for name in names})
    found = steps(table, *(content(name) for name in names))
    assert sum(step.concluded for step in found if isinstance(step, Report)) == count
