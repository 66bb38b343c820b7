"""Sends what the cloud wants, and says what could not be sent."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from threading import Condition, Lock
from typing import Final

from photobak.client.files.candidate import Candidate
from photobak.client.files.outcome import Observer, Result
from photobak.client.files.scan import Skipped
from photobak.client.upload.announce import Announcer
from photobak.client.upload.content import Announced, Content, InTrash, Uploaded, Wanted
from photobak.client.upload.ledger import Ledger
from photobak.client.upload.limiter import ConcurrencyLimiter
from photobak.client.upload.post import FileChanged, PostExpired, RateLimit, Unavailable, Uploader, UploadRefused
from photobak.errors import reason_of
from photobak.photo.record import Status

_FRESH_POSTS: Final = 3  # a POST lives for minutes; a slow line may outlive the first ones
_MOST_FAILURES_IN_A_ROW: Final = 3
"""One file that never gets through must not keep the others from the cloud; several mean that nothing does."""


class Sender:
    """Sends contents. Threads may share it; each has a connection of its own."""

    def __init__(
        self, announcer: Announcer, ledger: Ledger, observer: Observer, rate: RateLimit, turns: ConcurrencyLimiter
    ) -> None:
        self._announcer = announcer
        self._ledger = ledger
        self._observer = observer
        self._rate = rate
        self._turns = turns
        self._flights = InFlight()
        self._guard = Lock()
        self._failures_in_a_row = 0

    def send(self, announced: Iterable[Announced]) -> Iterator[Uploaded]:
        """Send what is wanted; the rest is on its way, or done.

        Raises:
            CloudError: S3 can't be reached, or has failed several times in a row.
        """
        uploader = Uploader(self._rate, self._turns, self._observer.sent)
        for each in announced:
            if isinstance(each, Uploaded):
                yield each
            elif on_its_way := self._send(uploader, each):
                yield on_its_way

    def settled(self, sha256: str) -> None:
        """Say that the cloud has spoken of this content: should it be wanted once more, it is sent once more."""
        self._flights.forget(sha256)

    def _send(self, uploader: Uploader, announced: Announced) -> Uploaded | None:
        """Send one content, unless it is under way from another path; where it can't be sent, the ledger is told."""
        content = announced.content
        uploaded_at = self._flights.board(content.sha256)
        if uploaded_at is not None:
            return Uploaded(content, uploaded_at)
        try:
            on_its_way = self._send_or_say_why(uploader, announced)
            uploaded_at = on_its_way.uploaded_at if on_its_way else None
        finally:
            self._flights.leave(content.sha256, uploaded_at)
        return on_its_way

    def _send_or_say_why(self, uploader: Uploader, announced: Announced) -> Uploaded | None:
        content = announced.content
        try:
            return self._send_with_fresh_posts(uploader, announced)
        except (FileChanged, OSError) as error:
            self._tell_unreadable(content.first, error)
            others = content.candidates[1:]
            return self._send_or_say_why(uploader, replace(announced, content=Content(others))) if others else None
        except UploadRefused as refused:
            self._ledger.failed(content.candidates, str(refused))
        except Unavailable as failure:
            self._count_failure(failure)
            self._ledger.failed(content.candidates, str(failure))
        return None

    def _tell_unreadable(self, candidate: Candidate, error: FileChanged | OSError) -> None:
        match error:
            case FileChanged():
                self._ledger.failed([candidate], "it changed after it was read; the next sync takes it")
            case FileNotFoundError():
                self._ledger.ignored(
                    [Skipped(str(candidate.path), "it went before it was sent", candidate.fingerprint.size)]
                )
            case OSError():
                self._ledger.failed([candidate], reason_of(error))

    def _send_with_fresh_posts(self, uploader: Uploader, announced: Announced) -> Uploaded | None:
        for _ in range(_FRESH_POSTS):
            if isinstance(announced, InTrash):
                self._ledger.in_trash(announced.content, announced.until)
                return None
            if not isinstance(announced, Wanted):
                self._ledger.confirmed(announced.content, Status.STORED, Result.ALREADY_STORED)
                return None
            if announced.post.fresh:
                try:
                    return self._post(uploader, announced)
                except PostExpired:
                    pass
            (announced,) = self._announcer.announce_batch([announced.content])
        raise UploadRefused("S3 refuses the upload", why="its permission keeps expiring before the file is through")

    def _post(self, uploader: Uploader, wanted: Wanted) -> Uploaded:
        uploaded_at = uploader.send(wanted.content.first, wanted.post)
        with self._guard:
            self._failures_in_a_row = 0
        self._ledger.sent(wanted.content, uploaded_at)
        return Uploaded(wanted.content, uploaded_at)

    def _count_failure(self, failure: Unavailable) -> None:
        with self._guard:
            self._failures_in_a_row += 1
            if self._failures_in_a_row >= _MOST_FAILURES_IN_A_ROW:
                raise failure


class InFlight:
    """Which contents are being sent or wait for the cloud's word, so that twins are sent once. Threads may share it."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._times: dict[str, float | None] = {}
        """By SHA-256: when S3 took it, in Unix seconds; None while it is being sent."""

    def board(self, sha256: str) -> float | None:
        """When this content was sent, waiting where it is being sent; None where the caller is to send it now."""
        with self._changed:
            self._changed.wait_for(lambda: self._times.get(sha256, 0.0) is not None)
            if sha256 in self._times:
                return self._times[sha256]
            self._times[sha256] = None
            return None

    def leave(self, sha256: str, uploaded_at: float | None) -> None:
        """Say that the sending is over: when S3 took it, or None where it didn't."""
        with self._changed:
            if uploaded_at is None:
                del self._times[sha256]
            else:
                self._times[sha256] = uploaded_at
            self._changed.notify_all()

    def forget(self, sha256: str) -> None:
        """Say that the cloud has spoken of it."""
        with self._changed:
            self._times.pop(sha256, None)
