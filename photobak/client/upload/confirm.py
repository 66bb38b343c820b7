"""Asks the cloud what became of each content, until it has said so of all of them.

A 204 from S3 is not a backup. What counts is the item in ``Contents``, read by key and consistently, a hundred at a
time; the cloud writes it in the same transaction as the record.
"""

import time
from collections.abc import Iterable, Iterator
from typing import Final

from photobak.client.concurrency import Channel
from photobak.client.files.candidate import Candidate
from photobak.client.files.examine import read_again
from photobak.client.files.outcome import Result
from photobak.client.upload.announce import Announcer, batches
from photobak.client.upload.change_feed import ChangeFeed
from photobak.client.upload.content import Content, StatusReader, Uploaded, Verdict
from photobak.client.upload.ledger import Ledger
from photobak.client.upload.send import Sender
from photobak.errors import reason_of
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.record import Status

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0


class PollSchedule:
    """How long to wait between two questions, and when to stop asking."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._pause = FIRST_PAUSE
        self._last_progress = time.monotonic()

    @property
    def pause(self) -> float:
        """Seconds until the next question."""
        return self._pause

    @property
    def quiet_for(self) -> float:
        """Seconds since anything was confirmed or sent."""
        return time.monotonic() - self._last_progress

    @property
    def exhausted(self) -> bool:
        """Whether nothing has been confirmed for so long that the rest is left to the next run."""
        return self.quiet_for > self._timeout

    def progress(self) -> None:
        """Something was confirmed, or is still being sent."""
        self._pause = FIRST_PAUSE
        self._last_progress = time.monotonic()

    def nothing_new(self) -> None:
        """Nothing was confirmed: wait longer."""
        self._pause = min(self._pause * 1.5, LONGEST_PAUSE)


_MOST_WAITING: Final = 2000
"""Contents; where the cloud is slower than the line, sending waits for it."""

_LISTEN_FOR: Final = 5.0
"""Seconds without news after which the cloud is asked, although it would have told; then as often as that."""

_RESULTS: Final = {Status.STORED: Result.STORED, Status.NO_PREVIEW: Result.NO_PREVIEW}


class Confirmer:
    """Follows contents until each has its result; used by one thread."""

    def __init__(
        self, statuses: StatusReader, feed: ChangeFeed, announcer: Announcer, sender: Sender, ledger: Ledger
    ) -> None:
        self._statuses = statuses
        self._feed = feed
        self._announcer = announcer
        self._sender = sender
        self._ledger = ledger
        self._waiting: dict[str, list[Uploaded]] = {}
        self._sent_again: set[str] = set()
        self._still_expected: set[str] = set()  # said the table while the news were listened to
        self._doubted_all_at = 0.0

    def leave(self, sent: Channel[Uploaded]) -> None:
        """Wait for nothing: the next run asks."""
        for each in sent:
            self._ledger.pending(each.content, "sent, not waited for")

    def confirm(self, sent: Channel[Uploaded], timeout: float) -> None:
        """Wait until the cloud has said of all of it what became of it.

        Args:
            sent: what is on its way.
            timeout: seconds without any confirmation after which the rest is left to the next run.

        Raises:
            CloudError: the cloud can't be asked.
        """
        patience = PollSchedule(timeout)
        try:
            while self._waiting or not sent.finished:
                if self._take(sent, patience.pause):
                    self._feed.begin()
                    patience.progress()
                heeded = self._heed()
                doubtful = self._doubtful(patience)
                if heeded or self._ask(doubtful):
                    patience.progress()
                elif doubtful:
                    patience.nothing_new()
                if patience.exhausted:
                    self._give_up(timeout)
        finally:
            self._feed.end()

    def _take(self, sent: Channel[Uploaded], pause: float) -> bool:
        """Wait for ``pause`` seconds, taking over what is sent in the meantime; tell whether there was any."""
        end = time.monotonic() + (pause if self._waiting else FIRST_PAUSE)
        taken = False
        while (left := end - time.monotonic()) > 0:
            if sent.finished or len(self._waiting) >= _MOST_WAITING:
                time.sleep(left)
            elif each := sent.get(left):
                self._waiting.setdefault(each.content.sha256, []).append(each)
                taken = True
        return taken

    def _doubtful(self, patience: PollSchedule) -> list[str]:
        """Those of which the cloud may not tell by itself: it refused them, or nobody listened when it stored them."""
        since, now = self._feed.since, time.monotonic()
        if since is None and not self._feed.connecting:
            return list(self._waiting)
        if min(patience.quiet_for, now - self._doubted_all_at) > _LISTEN_FOR:
            self._doubted_all_at = now
            return list(self._waiting)
        if since is None:
            return []
        early = (sha256 for sha256, sent in self._waiting.items() if any(each.uploaded_at < since for each in sent))
        return [sha256 for sha256 in early if sha256 not in self._still_expected]

    def _heed(self) -> bool:
        """Conclude what the cloud has told by itself; tell whether there was any."""
        told = {sha256: status for sha256 in self._waiting if (status := self._feed.take(sha256))}
        verdicts = {sha256: Verdict(status) for sha256, status in told.items()}
        # Why there is no preview stands in the table alone.
        verdicts |= self._statuses.read(sha256 for sha256, status in told.items() if status is not Status.STORED)
        for sha256, verdict in verdicts.items():
            self._finish(sha256, self._waiting.pop(sha256), verdict)
        return bool(told)

    def _ask(self, doubtful: list[str]) -> bool:
        """Ask after those who have waited longest; tell whether any of them is settled."""
        asked = doubtful[:MAX_PHOTOS_A_REQUEST]
        listening = self._feed.since is not None
        verdicts = self._statuses.read(asked)
        for sha256 in asked:
            contents = self._waiting.pop(sha256)
            verdict = verdicts.get(sha256)
            if verdict is None or verdict.status is Status.EXPECTED:
                self._waiting[sha256] = contents  # at the end of the line
                if listening:
                    self._still_expected.add(sha256)
            else:
                self._finish(sha256, contents, verdict)
        return any(sha256 not in self._waiting for sha256 in asked)

    def _finish(self, sha256: str, sent: list[Uploaded], verdict: Verdict) -> None:
        self._sender.settled(sha256)
        self._conclude(_merged(sent), verdict)

    def _conclude(self, content: Content, verdict: Verdict) -> None:
        if verdict.status in _RESULTS:
            self._ledger.confirmed(content, verdict.status, _RESULTS[verdict.status], verdict.reason)
        elif verdict.status is Status.TRASHED:
            self._ledger.in_trash(content, None)
        elif content.sha256 in self._sent_again:
            self._ledger.rejected(content, verdict.reason)
        else:
            self._send_again(content)

    def _send_again(self, content: Content) -> None:
        """The bytes that arrived were not the ones that were announced: read the files once more, and send them."""
        for batch in batches(self._read_again(content.candidates)):
            self._sent_again |= {fresh.sha256 for fresh in batch}
            for on_its_way in self._sender.send(self._announcer.announce_batch(batch)):
                self._waiting.setdefault(on_its_way.content.sha256, []).append(on_its_way)

    def _read_again(self, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
        for candidate in candidates:
            try:
                yield read_again(candidate)
            except OSError as error:
                self._ledger.failed([candidate], reason_of(error))

    def _give_up(self, timeout: float) -> None:
        reason = f"the cloud has confirmed nothing for {timeout:g} seconds"
        for contents in self._waiting.values():
            for each in contents:
                self._ledger.pending(each.content, reason)
        self._waiting.clear()


def _merged(sent: list[Uploaded]) -> Content:
    """One content of all the paths that wait for it."""
    return Content(tuple(candidate for each in sent for candidate in each.content.candidates))
