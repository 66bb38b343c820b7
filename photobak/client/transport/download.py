"""Reads objects: straight from the socket into one buffer, over connections that are kept; goes on where it was cut."""

import http.client
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from photobak.client.transport.bucket import PhotoBucket, signed
from photobak.client.transport.connections import NETWORK_ERRORS, Connections, unreachable
from photobak.client.transport.retry import Patience
from photobak.errors import CloudError, PhotobakError, SignInNeeded
from photobak.photo.identity import CHUNK_BYTES

_SECONDS: Final = 60.0
_LONGEST_ERROR: Final = 64 * 1024
_TRANSIENT_STATUS: Final = frozenset({408, 429, 500, 502, 503, 504})
_TRANSIENT_CODE: Final = frozenset({"RequestTimeout", "SlowDown", "InternalError"})
_OLD_KEYS: Final = frozenset(
    {
        "ExpiredToken",
        "InvalidToken",
        "TokenRefreshRequired",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "ExpiredTokenException",
    }
)
_FROZEN: Final = ("GLACIER", "DEEP_ARCHIVE")
_GONE: Final = frozenset({"NoSuchKey", "404"})
_VERIFY: Final = "Type: photobak verify"


class Gone(PhotobakError):
    """There is no such object (any more)."""


class Frozen(PhotobakError):
    """The object has to be thawed before it can be read (GLACIER, DEEP_ARCHIVE)."""

    def __init__(self, storage_class: str) -> None:
        super().__init__("it is frozen", why=storage_class)
        self.storage_class = storage_class


class WrongSize(PhotobakError):
    """The object is not as large as it has to be."""


class Unreachable(CloudError):
    """The cloud can't be reached, or not give this, several times in a row; later it may."""


class _Transient(Exception):
    """S3 asks to try again."""


class _OldKeys(Exception):
    """S3 doesn't take the credentials any more."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What S3 says of an object."""

    size: int
    """Bytes."""
    md5: str | None
    """Its ETag, where that is an MD5: in one piece, and not encrypted by KMS."""


class Download:
    """Reads objects of one bucket. Threads may share it; each has a connection of its own."""

    def __init__(self, bucket: PhotoBucket, on_bytes: Callable[[int], None] = lambda _: None) -> None:
        self._bucket = bucket
        self._on_bytes = on_bytes
        self._connections = Connections(to_connect=_SECONDS, to_answer=_SECONDS)

    def facts(self, key: str) -> Facts:
        """Ask what an object is; it must not be empty.

        Its first byte is asked for: an HEAD request's answer would not say why it is refused.

        Raises:
            Gone, Frozen: there is no such object to be read.
            Unreachable, CloudError, SignInNeeded: it can't be asked for.
        """
        patience = Patience()
        while True:
            try:
                response = self._request("GET", key, {"Range": "bytes=0-0"})
                response.read()
                return _facts(response)
            except (*NETWORK_ERRORS, _Transient) as error:
                self._again(patience, error)

    def chunks(self, key: str, size: int, start: int = 0, end: int | None = None) -> Iterator[memoryview]:
        """Read an object, or a part of it; each chunk is good until the next one is asked for.

        Args:
            key: of the object.
            size: of the whole object, in bytes; one of another size is not read.
            start: the first byte that is wanted.
            end: the first byte that is not wanted any more; None for all.

        Raises:
            Gone, Frozen, WrongSize: there is no such object to be read.
            Unreachable, CloudError, SignInNeeded: it can't be read.
        """
        end, patience = size if end is None else end, Patience()
        while start < end or size == 0:
            try:
                for chunk in self._read(key, size, start, end):
                    start += len(chunk)
                    patience.renew()
                    self._on_bytes(len(chunk))
                    yield chunk
                if start >= end:
                    return
                raise http.client.IncompleteRead(b"", end - start)
            except (*NETWORK_ERRORS, _Transient) as error:
                self._again(patience, error)

    def _read(self, key: str, size: int, start: int, end: int) -> Iterator[memoryview]:
        """Read once, as far as it gets."""
        wanted = {} if (start, end) == (0, size) else {"Range": f"bytes={start}-{end - 1}"}
        response = self._request("GET", key, wanted)
        _require_size(response, size, end - start)
        buffer = memoryview(bytearray(min(end - start, CHUNK_BYTES)))
        while read := response.readinto(buffer):
            yield buffer[:read]

    def _request(self, method: str, key: str, headers: Mapping[str, str]) -> http.client.HTTPResponse:
        """Send a request, with new credentials where the old ones are not taken; raises what is no success."""
        try:
            return self._sent(method, key, headers)
        except _OldKeys:
            self._bucket.renew()
        try:
            return self._sent(method, key, headers)
        except _OldKeys as error:
            what = "the sign-in is not accepted any more"
            raise SignInNeeded(what, why=str(error), next_step="Type: photobak login") from error

    def _sent(self, method: str, key: str, headers: Mapping[str, str]) -> http.client.HTTPResponse:
        url, sent = signed(self._bucket, method, key, headers)
        response = self._connections.send(method, url, sent)
        if response.status in (200, 206):
            return response
        raise _error(response.status, self._connections.content(url, response, _LONGEST_ERROR))

    def _again(self, patience: Patience, error: Exception) -> None:
        """Pause before another try, or say why there is none."""
        self._connections.hang_up(self._bucket.url)
        if isinstance(error, ssl.SSLCertVerificationError):
            raise unreachable(self._bucket.url, error) from error
        try:
            patience.wait(error)
        except _Transient:
            what = f"{urlsplit(self._bucket.url).netloc} doesn't give it"
            raise Unreachable(what, why=str(error), next_step="Try again later") from error
        except NETWORK_ERRORS:
            said = unreachable(self._bucket.url, error)
            raise Unreachable(said.what, why=said.why, next_step=said.next_step) from error


def _require_size(response: http.client.HTTPResponse, size: int, wanted: int) -> None:
    """Refuse an object that is not as large as it has to be, before any of it is read."""
    total = response.headers.get("Content-Range", "").rpartition("/")[2] or response.headers.get("Content-Length", "")
    if total != str(size) or response.headers.get("Content-Length") != str(wanted):
        response.close()
        raise WrongSize(f"it has {total or 'other'} bytes in the cloud instead of {size}", next_step=_VERIFY)


def _error(status: int, content: bytes) -> Exception:
    """What an answer means (S3 API reference, "Error responses"); its text is not repeated, it names keys."""
    code = _tag(content, "Code") or str(status)
    if status in _TRANSIENT_STATUS or code in _TRANSIENT_CODE:
        return _Transient(code)
    if status == 416:
        return WrongSize("it has less bytes in the cloud than were stored", next_step=_VERIFY)
    if code in _GONE:
        return Gone("it is gone from the cloud", next_step=_VERIFY)
    if code == "InvalidObjectState" and (storage_class := _tag(content, "StorageClass")) in _FROZEN:
        return Frozen(storage_class)
    if code in _OLD_KEYS:
        return _OldKeys(code)
    if code == "RequestTimeTooSkewed":
        return CloudError("S3 refuses", why="this machine's clock is wrong", next_step="Set it, then repeat")
    return CloudError("S3 refuses to give it", why=code)


def _tag(content: bytes, name: str) -> str | None:
    match = re.search(rf"<{name}>(\w+)</{name}>".encode(), content)
    return match[1].decode() if match else None


def _facts(response: http.client.HTTPResponse) -> Facts:
    headers = response.headers
    etag = headers.get("ETag", "").strip('"')
    by_kms = headers.get("x-amz-server-side-encryption", "").startswith("aws:kms")
    plain = re.fullmatch(r"[0-9a-f]{32}", etag) and not by_kms
    return Facts(int(headers.get("Content-Range", "").rpartition("/")[2] or 0), etag if plain else None)
