"""Waits until the cloud has said what became of each content; what arrived broken, or is lost, goes round once more.

A 204 from S3 is not a backup: what counts is what the table ``Contents`` says. The change feed tells as much sooner; it
is trusted where it says that something is stored, and for nothing else.
"""

import time
from collections.abc import Iterable, Iterator
from typing import Final

from photobak.client.concurrency import Again, Channel, Report
from photobak.client.files.candidate import Candidate
from photobak.client.files.examine import read_again
from photobak.client.files.outcome import Result
from photobak.client.upload.announce import batches
from photobak.client.upload.change_feed import ChangeFeed
from photobak.client.upload.content import (
    Confirmed,
    Content,
    Deleted,
    Failed,
    Pending,
    Rejected,
    StatusReader,
    Uploaded,
    Verdict,
)
from photobak.client.upload.send import InFlight
from photobak.errors import reason_of
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.record import Status

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0
_MOST_WAITING: Final = 2000
"""Contents; if the cloud is slower than the connection, uploads wait for it."""
_TRUST_FEED_FOR: Final = 5.0
"""Seconds without any change after which the table is read although the feed would have told; then as often as that."""
_LONGEST_SLEEP: Final = 0.5
"""Seconds after which a sleeping stage looks whether the run has ended."""
_RESULTS: Final = {Status.STORED: Result.STORED, Status.NO_PREVIEW: Result.NO_PREVIEW}

Step = Again[Content] | Report


class PollSchedule:
    """How long to wait between two reads of the table, and when to stop."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._pause = FIRST_PAUSE
        self._last_progress = time.monotonic()

    @property
    def pause(self) -> float:
        """Seconds until the next read."""
        return self._pause

    @property
    def quiet_for(self) -> float:
        """Seconds since anything was confirmed or uploaded."""
        return time.monotonic() - self._last_progress

    @property
    def exhausted(self) -> bool:
        """Whether nothing has been confirmed for so long that the rest is left to the next run."""
        return self.quiet_for > self._timeout

    def progress(self) -> None:
        """Something was confirmed, or is still being uploaded."""
        self._pause = FIRST_PAUSE
        self._last_progress = time.monotonic()

    def nothing_new(self) -> None:
        """Nothing was confirmed: wait longer."""
        self._pause = min(self._pause * 1.5, LONGEST_PAUSE)


class Confirmer:
    """Follows contents until each is concluded; used by one thread."""

    def __init__(self, statuses: StatusReader, feed: ChangeFeed, in_flight: InFlight, timeout: float) -> None:
        """Make one.

        Args:
            statuses: reads the table.
            feed: tells of changes in it.
            in_flight: what is being uploaded; a content whose upload was in vain is released.
            timeout: seconds without any confirmation after which the rest is left to the next run.
        """
        self._statuses = statuses
        self._feed = feed
        self._in_flight = in_flight
        self._timeout = timeout
        self._waiting: dict[str, list[Uploaded]] = {}
        self._still_expected: set[str] = set()  # by the table, since the feed is heard
        self._doubted_all_at = 0.0

    def confirm(self, uploaded: Channel[Uploaded]) -> Iterator[Step]:
        """Wait until each content is stored, refused, or not confirmed in time.

        Raises:
            CloudError: the table can't be read.
        """
        schedule = PollSchedule(self._timeout)
        try:
            while self._waiting or not uploaded.finished:
                if self._take(uploaded, schedule.pause):
                    self._feed.start()
                    schedule.progress()
                steps = self._told()
                doubtful = self._doubtful(schedule)
                steps = steps or self._asked(doubtful)
                if steps:
                    schedule.progress()
                elif doubtful:
                    schedule.nothing_new()
                yield from steps
                if schedule.exhausted:
                    yield from self._give_up()
        finally:
            self._feed.stop()

    def _take(self, uploaded: Channel[Uploaded], pause: float) -> bool:
        """Collect what is uploaded within ``pause`` seconds; returns whether there was any."""
        taken = False
        if not self._waiting and (first := uploaded.get()):
            self._wait_for(first)
            taken = True
        end = time.monotonic() + pause
        while self._waiting and (left := end - time.monotonic()) > 0:
            if uploaded.finished or len(self._waiting) >= _MOST_WAITING:
                time.sleep(min(left, _LONGEST_SLEEP))
            elif each := uploaded.get(left):
                self._wait_for(each)
                taken = True
        return taken

    def _wait_for(self, uploaded: Uploaded) -> None:
        self._waiting.setdefault(uploaded.content.sha256, []).append(uploaded)

    def _doubtful(self, schedule: PollSchedule) -> list[str]:
        """Those of which the feed may not tell: the cloud refused them, or stored them before it was heard."""
        since, now = self._feed.since, time.monotonic()
        if since is None and not self._feed.connecting:
            return list(self._waiting)
        if min(schedule.quiet_for, now - self._doubted_all_at) > _TRUST_FEED_FOR:
            self._doubted_all_at = now
            return list(self._waiting)
        if since is None:
            return []
        early = (sha256 for sha256, each in self._waiting.items() if any(one.uploaded_at < since for one in each))
        return [sha256 for sha256 in early if sha256 not in self._still_expected]

    def _told(self) -> list[Step]:
        """What follows from what the feed has told."""
        told = {sha256: status for sha256 in self._waiting if (status := self._feed.take(sha256))}
        verdicts = {sha256: Verdict(status) for sha256, status in told.items()}
        # Only the table says why there is no preview.
        verdicts |= self._statuses.read(sha256 for sha256, status in told.items() if status is not Status.STORED)
        return [step for sha256, verdict in verdicts.items() for step in self._finish(sha256, verdict)]

    def _asked(self, doubtful: list[str]) -> list[Step]:
        """What follows from what the table says of those that have waited longest."""
        asked = doubtful[:MAX_PHOTOS_A_REQUEST]
        heard = self._feed.since is not None
        verdicts = self._statuses.read(asked)
        steps: list[Step] = []
        for sha256 in asked:
            verdict = verdicts.get(sha256)
            if verdict is None and not self._content(sha256).sent_again:
                steps += self._finish(sha256, None)
            elif verdict is None or verdict.status is Status.EXPECTED:
                self._waiting[sha256] = self._waiting.pop(sha256)  # to the end of the line
                if heard:
                    self._still_expected.add(sha256)
            else:
                steps += self._finish(sha256, verdict)
        return steps

    def _content(self, sha256: str) -> Content:
        """One content of all the paths that wait for it."""
        contents = [each.content for each in self._waiting[sha256]]
        candidates = tuple(candidate for content in contents for candidate in content.candidates)
        expired = max(content.expired for content in contents)
        return Content(candidates, expired, any(content.sent_again for content in contents))

    def _finish(self, sha256: str, verdict: Verdict | None) -> Iterator[Step]:
        """Conclude a content, or send it round once more; without a verdict the cloud has lost it."""
        content = self._content(sha256)
        del self._waiting[sha256]
        self._still_expected.discard(sha256)
        self._in_flight.forget(sha256)
        if verdict is None:
            yield Again(content.again(sent_again=True))
        elif verdict.status in _RESULTS:
            yield Confirmed(content, _RESULTS[verdict.status], verdict.reason)
        elif verdict.deletion is not None:
            yield Deleted(content, verdict.status, verdict.deletion)
        elif content.sent_again:
            yield Rejected(content, verdict.reason)
        else:
            yield from _read_again(content)

    def _give_up(self) -> Iterator[Report]:
        reason = f"the cloud has confirmed nothing for {self._timeout:g} seconds"
        for sha256 in list(self._waiting):
            yield Pending(self._content(sha256), reason)
        self._waiting.clear()


def leave_unconfirmed(uploaded: Iterable[Uploaded]) -> Iterator[Report]:
    """Wait for nothing: the next run asks (``--no-wait``)."""
    for each in uploaded:
        yield Pending(each.content, "uploaded, not waited for")


def _read_again(content: Content) -> Iterator[Step]:
    """The bytes that arrived were not those that were announced: read the files again, and send what they are."""
    fresh: list[Candidate] = []
    for candidate in content.candidates:
        try:
            fresh.append(read_again(candidate))
        except OSError as error:
            yield Failed(Content((candidate,)), reason_of(error))
    for batch in batches(fresh):
        for each in batch:
            yield Again(each.again(sent_again=True))
