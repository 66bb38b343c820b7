"""Sends files by presigned POST: streamed from the disk, over connections that are kept open."""

import os
import re
import secrets
import ssl
import time
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path
from threading import Lock
from typing import Final

from photobak.client.files.candidate import Candidate
from photobak.client.index.index import Fingerprint
from photobak.client.transport.connections import NETWORK_ERRORS, Connections, unreachable
from photobak.client.transport.retry import Patience
from photobak.client.upload.content import Post
from photobak.client.upload.limiter import ConcurrencyLimiter
from photobak.errors import CloudError
from photobak.platform.files import open_to_read

_CHUNK: Final = 64 * 1024  # what a slow line sends before a connection counts as dead
_CHUNK_ON_THIS_MACHINE: Final = 256 * 1024  # as much as the local stack takes at a time
_LONGEST_ANSWER: Final = 64 * 1024
_TRANSIENT: Final = frozenset({408, 429, 500, 502, 503, 504})
_CODE: Final = re.compile(rb"<Code>(\w+)</Code>")


class PostExpired(Exception):
    """The presigned POST is too old; a new announcement gives a new one."""


class UploadRefused(CloudError):
    """S3 doesn't take this file, however often it is sent; others may pass."""


class Unavailable(CloudError):
    """S3 could not be reached, or not take this file, several times in a row; later it may."""


class FileChanged(Exception):
    """The file is not the one that was hashed any more."""


class _Transient(Exception):
    """S3 asks to try again."""


class _Unreadable(Exception):
    """The file's own error, kept apart from those of the connection."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error


class RateLimit:
    """Lets bytes pass no faster than so many a second, over all threads together."""

    def __init__(self, bytes_per_second: float | None) -> None:
        self._rate = bytes_per_second
        self._free_at = 0.0
        self._guard = Lock()

    def chunk(self, url: str) -> int:
        """How many bytes to take at a time: few enough that no connection is silent for long.

        Args:
            url: where they go; without TLS only to this machine itself, which is never slow.
        """
        most = _CHUNK_ON_THIS_MACHINE if url.startswith("http://") else _CHUNK
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
    """Posts files, one at a time; each thread has its own, with a connection that stays open."""

    def __init__(self, rate: RateLimit, limiter: ConcurrencyLimiter, on_bytes: Callable[[int], None]) -> None:
        self._rate = rate
        self._limiter = limiter
        self._on_bytes = on_bytes
        self._connections = Connections(to_connect=10, to_answer=120)

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
        patience = Patience()
        try:
            while not self._taken(candidate, post, patience):
                pass
        except _Unreadable as unreadable:
            raise unreadable.error from None
        return time.time()

    def _taken(self, candidate: Candidate, post: Post, patience: Patience) -> bool:
        """Try once; where it may succeed later, pause, and say so."""
        try:
            self._post_in_turn(candidate, post)
        except NETWORK_ERRORS as error:
            if isinstance(error, ssl.SSLCertVerificationError) or not patience.lasts():
                said = unreachable(post.url, error)
                raise Unavailable(said.what, why=said.why, next_step=said.next_step) from None
        except _Transient as error:
            if not patience.lasts():
                raise Unavailable("S3 takes no uploads", why=str(error), next_step="Sync again later") from error
        else:
            return True
        return False

    def _post_in_turn(self, candidate: Candidate, post: Post) -> None:
        with _opened(candidate.path) as file, self._limiter.slot() as slot:
            try:
                self._post(file, candidate.fingerprint, post)
            except (*NETWORK_ERRORS, _Transient):
                slot.failed()
                raise
            slot.succeeded(candidate.fingerprint.size)

    def _post(self, file: FileIO, fingerprint: Fingerprint, post: Post) -> None:
        boundary = secrets.token_hex(16)
        head, tail = _multipart(post, boundary)
        _require_untouched(file, fingerprint)
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(head) + fingerprint.size + len(tail)),
        }
        body = self._stream(head, file, fingerprint, tail, self._rate.chunk(post.url))
        response = self._connections.send("POST", post.url, headers, body)
        _check(response.status, self._connections.content(post.url, response, _LONGEST_ANSWER))

    def _stream(self, head: bytes, file: FileIO, fingerprint: Fingerprint, tail: bytes, most: int) -> Iterator[bytes]:
        """The request's body; ends early, and with it the connection, where the file is no longer what was hashed."""
        yield head
        left = fingerprint.size
        while left:
            try:
                chunk = file.read(min(left, most))
            except OSError as error:
                raise _Unreadable(error) from error
            if not chunk:
                raise FileChanged
            left -= len(chunk)
            self._rate.take(len(chunk))
            yield chunk
            self._on_bytes(len(chunk))
        _require_untouched(file, fingerprint)
        yield tail


def _opened(path: Path) -> FileIO:
    try:
        return open_to_read(path)
    except OSError as error:
        raise _Unreadable(error) from error


def _require_untouched(file: FileIO, fingerprint: Fingerprint) -> None:
    if Fingerprint.of(os.fstat(file.fileno())) != fingerprint:
        raise FileChanged


def _multipart(post: Post, boundary: str) -> tuple[bytes, bytes]:
    """What goes before and after the file: RFC 7578, with the file last, as S3 wants it."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in post.fields.items()
    ]
    parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n\r\n')
    return "".join(parts).encode(), f"\r\n--{boundary}--\r\n".encode()


def _check(status: int, answer: bytes) -> None:
    """Understand S3's answer (S3 API reference, "Error responses"); its text is not repeated, it names keys."""
    if 200 <= status < 300:
        return
    match = _CODE.search(answer)
    code = match[1].decode() if match else f"HTTP {status}"
    if status in _TRANSIENT or code in ("RequestTimeout", "SlowDown"):
        raise _Transient(code)
    if code == "RequestTimeTooSkewed":
        raise CloudError("S3 refuses the upload", why="this machine's clock is wrong", next_step="Set it, then repeat")
    if b"expired" in answer.lower():
        raise PostExpired
    if code in ("EntityTooLarge", "EntityTooSmall", "BadDigest", "XAmzContentChecksumMismatch"):
        raise FileChanged
    raise UploadRefused("S3 refuses the upload", why=code)
