"""Sends files by presigned POST: streamed from the disk, over connections that are kept open."""

import secrets
import time
from collections.abc import Callable
from threading import Lock
from typing import BinaryIO, Final

from photobak.client.files.candidate import Candidate
from photobak.client.profile import url_problem
from photobak.client.transport.curl import Head, Limits, Request, Sink, exchange
from photobak.client.transport.errors import NoAnswer, ServiceError, clock_error, unreachable
from photobak.client.transport.http import multipart
from photobak.client.transport.retry import RetryPolicy, Transient, transient
from photobak.client.upload.content import Post
from photobak.client.upload.limiter import ConcurrencyLimiter
from photobak.errors import CloudError

_LIMITS: Final = Limits(to_connect=10, silent=120)
_LONGEST_ANSWER: Final = 64 * 1024


class PostExpired(Exception):
    """The presigned POST is too old; a new announcement gives a new one."""


class UploadRefused(CloudError):
    """S3 doesn't take this file, however often it is sent; others may pass."""


class Unavailable(CloudError):
    """S3 could not be reached, or not take this file, several times in a row; later it may."""


class FileChanged(Exception):
    """The file is not the one that was hashed any more."""


class RateLimit:
    """Lets bytes pass no faster than so many a second, over all threads together.

    Libcurl's own limit is for one connection, and can't be changed while it sends.
    """

    def __init__(self, bytes_per_second: float | None) -> None:
        self._rate = bytes_per_second
        self._free_at = 0.0
        self._guard = Lock()

    def chunk(self, most: int) -> int:
        """How many bytes to take at a time: few enough that no connection is silent for long."""
        return most if self._rate is None else max(1024, min(most, int(self._rate / 16)))

    def take(self, size: int) -> None:
        """Wait until ``size`` bytes may pass."""
        if self._rate is None:
            return
        with self._guard:
            now = time.monotonic()
            start = max(now, self._free_at)
            self._free_at = start + size / self._rate
        time.sleep(max(0.0, start - now))


class Uploader:
    """Posts files, one at a time; each thread has a connection that stays open."""

    def __init__(self, rate: RateLimit, limiter: ConcurrencyLimiter, on_bytes: Callable[[int], None]) -> None:
        self._rate = rate
        self._limiter = limiter
        self._on_bytes = on_bytes
        self._policy = RetryPolicy()

    def send(self, candidate: Candidate, post: Post) -> float:
        """Post one file; what may succeed later is tried again, with jittered pauses.

        Returns:
            When S3 took it, in Unix seconds.

        Raises:
            PostExpired: another POST is needed.
            FileChanged: the file is not the one that was announced.
            OSError: the file can't be read.
            Unavailable: S3 can't be reached, or could not take it however often it was tried.
            CloudError: S3 refuses it.
        """
        if problem := url_problem(post.url):
            raise UploadRefused("the file isn't sent where the cloud says", why=problem)
        try:
            self._policy.run(lambda: self._post_in_turn(candidate, post))
        except NoAnswer as error:
            said = unreachable(post.url, error)
            raise Unavailable(said.what, why=said.why, next_step=said.next_step) from None
        except Transient as error:
            raise Unavailable("S3 takes no uploads", why=str(error), next_step="Sync again later") from error
        return time.time()

    def _post_in_turn(self, candidate: Candidate, post: Post) -> None:
        with candidate.open() as file, self._limiter.slot() as slot:
            try:
                self._post(file, candidate, post)
            except (NoAnswer, Transient):
                slot.failed()
                raise
            slot.succeeded(candidate.fingerprint.size)

    def _post(self, file: BinaryIO, candidate: Candidate, post: Post) -> None:
        boundary = secrets.token_hex(16)
        body = _Form(file, candidate, *multipart(post.fields, boundary), self._rate, self._on_bytes)
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        answer = bytearray()

        def take(chunk: bytes) -> None:
            answer.extend(chunk[: _LONGEST_ANSWER - len(answer)])

        def begin(_: Head) -> Sink:
            return take

        head = exchange(Request("POST", post.url, headers, body, limits=_LIMITS), begin)
        _check(head, ServiceError(head.status, bytes(answer)), bytes(answer))


class _Form:
    """A form with a file, read from the disk while it is sent (RFC 7578)."""

    def __init__(
        self,
        file: BinaryIO,
        candidate: Candidate,
        before: bytes,
        after: bytes,
        rate: RateLimit,
        on_bytes: Callable[[int], None],
    ) -> None:
        """Read nothing yet.

        Raises:
            FileChanged: the file is not the one that was hashed.
        """
        self._file = file
        self._candidate = candidate
        self._before = before
        self._after = after
        self._rate = rate
        self._on_bytes = on_bytes
        self.size = len(before) + candidate.fingerprint.size + len(after)
        self.rewind()

    def rewind(self) -> None:
        """Begin again."""
        self._require_untouched()
        self._file.seek(0)
        self._left = self._candidate.fingerprint.size
        self._ready = memoryview(self._before)
        self._ended = False

    def read(self, most: int) -> bytes:
        """The next bytes.

        Raises:
            FileChanged: the file is no longer what was hashed; the request ends early, and with it the connection.
            OSError: it can't be read.
        """
        if not self._ready and not self._left and not self._ended:
            self._require_untouched()
            self._ready, self._ended = memoryview(self._after), True
        if self._ready:
            part, self._ready = self._ready[:most], self._ready[most:]
            return bytes(part)
        if not self._left:
            return b""
        chunk = self._file.read(min(self._left, self._rate.chunk(most)))
        if not chunk:
            raise FileChanged
        self._left -= len(chunk)
        self._rate.take(len(chunk))
        self._on_bytes(len(chunk))
        return chunk

    def _require_untouched(self) -> None:
        if not self._candidate.untouched(self._file):
            raise FileChanged


def _check(head: Head, said: ServiceError, answer: bytes) -> None:
    """Understand S3's answer; its text is not repeated, it names keys."""
    if 200 <= head.status < 300:
        return
    if failure := transient(head.status, said.code):
        raise failure
    if said.code == "RequestTimeTooSkewed":
        clock = clock_error("S3 refuses the upload", head.headers.text("Date"))
        raise clock or CloudError(
            "S3 refuses the upload", why="this machine's clock is wrong", next_step="Set it, then repeat"
        )
    if b"expired" in answer.lower():
        raise PostExpired
    if said.code in ("EntityTooLarge", "EntityTooSmall", "BadDigest", "XAmzContentChecksumMismatch"):
        raise FileChanged
    raise UploadRefused("S3 refuses the upload", why=said.code)
