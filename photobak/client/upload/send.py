"""Uploads what the cloud does not have, and reports what could not be uploaded."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from threading import Condition, Lock
from typing import Final

from photobak.client.concurrency import Again, Report
from photobak.client.upload.content import Content, Failed, Sent, Uploaded, Vanished, Wanted
from photobak.client.upload.limiter import ConcurrencyLimiter
from photobak.client.upload.post import FileChanged, PostExpired, RateLimit, Unavailable, Uploader, UploadRefused
from photobak.errors import reason_of

_MOST_EXPIRED: Final = 3  # a POST lives for minutes; on a slow line the first ones may expire
_MOST_FAILURES_IN_A_ROW: Final = 3
"""One file that never gets through must not stop the others; several in a row mean that nothing gets through."""

Step = Uploaded | Again[Content] | Report


class Sender:
    """Uploads contents. Threads may share it; each has a connection of its own."""

    def __init__(self, in_flight: "InFlight", rate: RateLimit, limiter: ConcurrencyLimiter) -> None:
        self._in_flight = in_flight
        self._rate = rate
        self._limiter = limiter
        self._guard = Lock()
        self._failures_in_a_row = 0
        self.bytes_sent = ByteCounter()

    def send(self, announced: Iterable[Wanted | Uploaded]) -> Iterator[Step]:
        """Upload what is wanted; what was uploaded before passes through.

        Raises:
            CloudError: S3 can't be reached, or has failed several times in a row.
        """
        uploader = Uploader(self._rate, self._limiter, self.bytes_sent.add)
        for each in announced:
            if isinstance(each, Uploaded):
                yield each
            else:
                yield from self._send(uploader, each)

    def _send(self, uploader: Uploader, wanted: Wanted) -> Iterator[Step]:
        """Upload one content, unless the upload of another path of it is running or done."""
        sha256 = wanted.content.sha256
        uploaded_at = self._in_flight.claim(sha256)
        if uploaded_at is not None:
            yield Uploaded(wanted.content, uploaded_at)
            return
        steps: list[Step] = []
        try:
            uploaded_at = self._post(uploader, wanted, steps)
        finally:
            self._in_flight.release(sha256, uploaded_at)
        yield from steps

    def _post(self, uploader: Uploader, wanted: Wanted, steps: list[Step]) -> float | None:
        """Post the first path that can be read.

        Args:
            uploader: this thread's.
            wanted: the content, and where to upload it.
            steps: filled with what is to be passed on or reported.

        Returns:
            When S3 accepted it; None if it did not.
        """
        content = wanted.content
        if not wanted.post.fresh:
            steps.append(_expired(content))
            return None
        try:
            uploaded_at = uploader.send(content.first, wanted.post)
        except (FileChanged, OSError) as error:
            steps.append(_unreadable(Content(content.candidates[:1]), error))
            if others := content.candidates[1:]:
                return self._post(uploader, Wanted(replace(content, candidates=others), wanted.post), steps)
        except PostExpired:
            steps.append(_expired(content))
        except UploadRefused as refused:
            steps.append(Failed(content, str(refused)))
        except Unavailable as failure:
            self._count_failure(failure)
            steps.append(Failed(content, str(failure)))
        else:
            self._failures_in_a_row = 0
            steps += [Sent(content, uploaded_at), Uploaded(content, uploaded_at)]
            return uploaded_at
        return None

    def _count_failure(self, failure: Unavailable) -> None:
        with self._guard:
            self._failures_in_a_row += 1
            if self._failures_in_a_row >= _MOST_FAILURES_IN_A_ROW:
                raise failure


def _expired(content: Content) -> Again[Content] | Failed:
    if content.expired + 1 < _MOST_EXPIRED:
        return Again(content.again(expired=1))
    return Failed(content, "S3 refuses the upload: the presigned POST expires before the upload finishes")


def _unreadable(content: Content, error: FileChanged | OSError) -> Failed | Vanished:
    match error:
        case FileChanged():
            return Failed(content, "it changed after it was read; the next sync takes it")
        case FileNotFoundError():
            return Vanished(content)
    return Failed(content, reason_of(error))


class ByteCounter:
    """Counts bytes in many threads."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._count = 0

    def add(self, size: int) -> None:
        """Count this many."""
        with self._guard:
            self._count += size

    def take(self) -> int:
        """How many were counted since the last call."""
        with self._guard:
            count, self._count = self._count, 0
            return count


class InFlight:
    """Which contents are being uploaded or wait for the cloud, so that each is uploaded once. Threads may share it."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._times: dict[str, float | None] = {}
        """By SHA-256: when S3 accepted it, in Unix seconds; None while it is being uploaded."""

    def claim(self, sha256: str) -> float | None:
        """When this content was uploaded, waiting while it is being; None if the caller is to upload it now."""
        with self._changed:
            self._changed.wait_for(lambda: self._times.get(sha256, 0.0) is not None)
            if sha256 in self._times:
                return self._times[sha256]
            self._times[sha256] = None
            return None

    def release(self, sha256: str, uploaded_at: float | None) -> None:
        """The upload is over: when S3 accepted it, or None if it did not."""
        with self._changed:
            if uploaded_at is None:
                del self._times[sha256]
            else:
                self._times[sha256] = uploaded_at
            self._changed.notify_all()

    def forget(self, sha256: str) -> None:
        """The cloud's answer is known: should the content be wanted once more, it is uploaded once more."""
        with self._changed:
            self._times.pop(sha256, None)
