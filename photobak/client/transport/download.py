"""Reads objects while they come, over connections that are kept, and goes on where one was cut."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from photobak.client.transport.curl import Head, Limits, Sink, exchange
from photobak.client.transport.errors import NoAnswer, ServiceError, clock_error, unreachable
from photobak.client.transport.retry import RetryPolicy, Transient, transient
from photobak.client.transport.s3 import S3, Bucket
from photobak.errors import CloudError, PhotobakError, SignInNeeded
from photobak.photo.identity import CHUNK_BYTES

Take: TypeAlias = Callable[[memoryview], object]
"""Takes the next bytes of an object, which are good until it returns."""

_LIMITS: Final = Limits(to_connect=60, silent=60)
_LONGEST_ERROR: Final = 64 * 1024
_GATHERED: Final = CHUNK_BYTES // 4
"""Bytes. Libcurl hands on 16 KiB at a time, and each hash and write costs a change of threads."""
_ARCHIVED: Final = ("GLACIER", "DEEP_ARCHIVE")
_GONE: Final = frozenset({"NoSuchKey", "HTTP 404"})
_VERIFY: Final = "Type: photobak verify"
_READ_ALL: Final = "Type: photobak verify --read-data"


class Gone(PhotobakError):
    """There is no such object (any more)."""


class ObjectArchived(PhotobakError):
    """The object has to be restored from GLACIER or DEEP_ARCHIVE before it can be read."""

    def __init__(self, storage_class: str) -> None:
        super().__init__("it is archived", why=storage_class)
        self.storage_class = storage_class


class WrongSize(PhotobakError):
    """The object is not as large as it has to be, or ends before its end whenever it is read."""


class Unreachable(CloudError):
    """The cloud can't be reached, or not give this, several times in a row; later it may."""


class _OldCredentials(Exception):
    """S3 doesn't take the credentials any more."""


class _CutShort(Transient):
    """An answer that ended, or was refused for the time being, after some of it had come, or before."""

    def __init__(self, cause: Transient, *, progressed: bool) -> None:
        super().__init__()
        self.cause = cause
        self.throttled = cause.throttled
        self.progressed = progressed


@dataclass(frozen=True, slots=True)
class Facts:
    """What S3 says of an object."""

    size: int
    """Bytes."""
    md5: str | None
    """Its ETag, where that is an MD5: in one piece, and not encrypted by KMS."""


class Download:
    """Reads objects of one bucket. Threads may share it; each has connections of its own."""

    def __init__(self, bucket: Bucket, on_bytes: Callable[[int], None] = lambda _: None) -> None:
        """Read nothing yet.

        Args:
            bucket: where the objects are.
            on_bytes: told how many bytes have come.
        """
        self._bucket = bucket
        self._on_bytes = on_bytes
        self._policy = RetryPolicy()

    def facts(self, key: str) -> Facts:
        """Ask what an object is; it must not be empty.

        Its first byte is asked for: an HEAD request's answer would not say why it is refused.

        Raises:
            Gone, ObjectArchived: there is no such object to be read.
            Unreachable, CloudError, SignInNeeded: it can't be asked for.
        """
        answer = _Answer(lambda _: None)
        return _facts(self._run(lambda: self._request(key, "bytes=0-0", answer)))

    def read(self, key: str, size: int, take: Take, start: int = 0, end: int | None = None) -> None:
        """Read an object, or a part of it.

        Args:
            key: of the object.
            size: of the whole object, in bytes; one of another size is not read.
            take: takes what comes, in order.
            start: the first byte that is wanted.
            end: the first byte that is not wanted any more; None for all.

        Raises:
            Gone, ObjectArchived, WrongSize: there is no such object to be read.
            Unreachable, CloudError, SignInNeeded: it can't be read.
        """
        end = size if end is None else end
        at = start

        def pass_on(chunk: memoryview) -> None:
            nonlocal at
            at += len(chunk)
            take(chunk)
            self._on_bytes(len(chunk))

        def go_on() -> None:
            before = at
            answer = _Answer(pass_on, size, end - at)
            try:
                self._request(key, "" if (at, end) == (0, size) else f"bytes={at}-{end - 1}", answer)
            except Transient as cause:
                answer.flush()
                raise _CutShort(cause, progressed=at > before) from cause

        if at < end or size == 0:
            try:
                self._run(go_on)
            except Unreachable as error:
                if not self._is_cut_short(key, error):
                    raise
                raise WrongSize(f"the cloud returns {at:,} of its {size:,} bytes", next_step=_READ_ALL) from error

    def _is_cut_short(self, key: str, error: Unreachable) -> bool:
        """Whether the server ends the answer early each time, and answers as ever to a question about the object."""
        if not isinstance(error.__cause__, NoAnswer) or not error.__cause__.cut:
            return False
        try:
            S3(self._bucket).head(key, what=error.what)
        except PhotobakError:
            return False
        return True

    def _run(self, step: Callable[[], Head | None]) -> Head:
        try:
            return self._policy.run(step) or Head()
        except _CutShort as failure:
            cause: Exception = failure.cause
        except (NoAnswer, Transient) as failure:
            cause = failure
        if isinstance(cause, NoAnswer):
            said = unreachable(self._bucket.url, cause)
            raise Unreachable(said.what, why=said.why, next_step=said.next_step) from cause
        what = f"{urlsplit(self._bucket.url).netloc} did not return the object"
        raise Unreachable(what, why=str(cause), next_step="Try again later") from cause

    def _request(self, key: str, wanted: str, answer: "_Answer") -> Head:
        """Ask once, with new credentials where the old ones are not taken."""
        try:
            return self._exchange(key, wanted, answer)
        except _OldCredentials:
            self._bucket.renew()
        try:
            return self._exchange(key, wanted, answer)
        except _OldCredentials as error:
            what = "the sign-in is not accepted any more"
            raise SignInNeeded(what, why=str(error), next_step="Type: photobak login") from error

    def _exchange(self, key: str, wanted: str, answer: "_Answer") -> Head:
        request = self._bucket.request("GET", key, {"Range": wanted} if wanted else {}, limits=_LIMITS)
        head = exchange(request, answer.begin)
        answer.end(head)
        return head


class _Answer:
    """Takes one answer: an object's bytes, gathered, or an error's."""

    def __init__(self, take: Take, size: int | None = None, wanted: int | None = None) -> None:
        """Take what comes.

        Args:
            take: takes the object's bytes.
            size: of the whole object; None where it doesn't matter.
            wanted: how many bytes are to come; None likewise.
        """
        self._take = take
        self._size = size
        self._wanted = wanted
        self._error = bytearray()
        self._size_of_buffer = min(wanted or 1, _GATHERED)
        self._buffer = memoryview(bytearray(self._size_of_buffer))
        self._filled = 0
        self._begun = False

    def begin(self, head: Head) -> Sink:
        """Look at what is coming, before any of it is taken."""
        self._begun = True
        if head.status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            return self._take_error
        self._require_size(head)
        return self._gather

    def end(self, head: Head) -> None:
        """Hand on the rest; raise what is no success."""
        if head.status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            raise _error(ServiceError(head.status, bytes(self._error)), head)
        if not self._begun:  # there was no body
            self._require_size(head)
        self.flush()

    def flush(self) -> None:
        """Hand on what was gathered."""
        if self._filled:
            filled, self._filled = self._filled, 0
            self._take(self._buffer[:filled])

    def _gather(self, chunk: bytes) -> None:
        end = self._filled + len(chunk)
        if end > self._size_of_buffer:
            self.flush()
            end = len(chunk)
            if end > self._size_of_buffer:
                self._take(memoryview(chunk))
                return
        self._buffer[self._filled : end] = chunk
        self._filled = end

    def _take_error(self, chunk: bytes) -> None:
        self._error += chunk[: _LONGEST_ERROR - len(self._error)]

    def _require_size(self, head: Head) -> None:
        """Refuse an object that is not as large as it has to be, before any of it is read."""
        if self._size is None:
            return
        length = head.headers.text("Content-Length")
        total = head.headers.text("Content-Range").rpartition("/")[2] or length
        if total != str(self._size):
            raise WrongSize(f"it has {total or 'other'} bytes in the cloud instead of {self._size}", next_step=_VERIFY)
        if length != str(self._wanted):
            raise WrongSize(f"the cloud does not return all of its {self._size:,} bytes", next_step=_READ_ALL)


def _error(said: ServiceError, head: Head) -> Exception:
    """What an answer means; its text is not repeated, it names keys."""
    if failure := transient(said.status, said.code):
        return failure
    if said.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        return WrongSize("it has less bytes in the cloud than were stored", next_step=_VERIFY)
    if said.code in _GONE:
        return Gone("it is gone from the cloud", next_step=_VERIFY)
    if said.code == "InvalidObjectState" and said.storage_class in _ARCHIVED:
        return ObjectArchived(said.storage_class)
    if said.expired:
        return _OldCredentials(said.code)
    if said.code == "RequestTimeTooSkewed":
        clock = clock_error("S3 refuses", head.headers.text("Date"))
        return clock or CloudError("S3 refuses", why="this machine's clock is wrong", next_step="Set it, then repeat")
    return CloudError("S3 refuses to return the object", why=said.code)


def _facts(head: Head) -> Facts:
    etag = head.headers.text("ETag").strip('"')
    by_kms = head.headers.text("x-amz-server-side-encryption").startswith("aws:kms")
    total = head.headers.text("Content-Range").rpartition("/")[2]
    plain = re.fullmatch(r"[0-9a-f]{32}", etag) and not by_kms
    return Facts(int(total) if total.isdecimal() else 0, etag if plain else None)
