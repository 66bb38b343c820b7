"""A large object read like a file, of which only the parts that are needed are fetched."""

import io
from collections import OrderedDict
from types import TracebackType
from typing import Final, Self

import urllib3

from photobak.photo.decoder_guard import UndecodableImage

BLOCK_BYTES: Final = 256 * 1024
"""Fetched at a time. FFmpeg reads in pieces of this size too (``photo.poster``)."""
MAX_BYTES: Final = 20_000_000
"""Fetched of one object altogether: the index of a video of 1 GB takes some 2 MB, a key frame of 8K another 2."""
_KEPT_BLOCKS: Final = 32
_SECONDS: Final = urllib3.Timeout(connect=3, read=10)
_RETRIES: Final = urllib3.Retry(3, backoff_factor=0.2, status_forcelist=(500, 503), raise_on_status=False)
_PARTIAL: Final = 206


class RangedFile:
    """One object behind a presigned URL; ``read``, ``seek`` and ``tell`` as of a binary file."""

    def __init__(self, url: str, size: int) -> None:
        """Fetch nothing yet.

        Args:
            url: answers single ranges (RFC 9110, section 14).
            size: of the object, in bytes.
        """
        self._url = url
        self._size = size
        self._at = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._http = urllib3.PoolManager(timeout=_SECONDS, retries=_RETRIES)
        self.bytes_read = 0
        """Fetched so far."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._http.clear()

    def read(self, length: int = -1) -> bytes:
        """Up to ``length`` bytes, as many as one block has left; none at the end.

        Raises:
            UndecodableImage: more than ``MAX_BYTES`` would have to be fetched.
            OSError: the object can't be read.
        """
        if length == 0 or self._at >= self._size:
            return b""
        number, offset = divmod(self._at, BLOCK_BYTES)
        piece = self._block(number)[offset:]
        piece = piece if length < 0 else piece[:length]
        self._at += len(piece)
        return piece

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; returns it, counted from the beginning."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def _block(self, number: int) -> bytes:
        if number in self._blocks:
            self._blocks.move_to_end(number)
        else:
            self._blocks[number] = self._fetch(number)
            if len(self._blocks) > _KEPT_BLOCKS:
                self._blocks.popitem(last=False)
        return self._blocks[number]

    def _fetch(self, number: int) -> bytes:
        first = number * BLOCK_BYTES
        last = min(first + BLOCK_BYTES, self._size) - 1
        length = last - first + 1
        if self.bytes_read + length > MAX_BYTES:
            raise UndecodableImage(f"more than {MAX_BYTES // 1_000_000} MB would have to be read for a picture of it")
        self.bytes_read += length
        answer = self._http.request("GET", self._url, headers={"Range": f"bytes={first}-{last}"})
        if answer.status != _PARTIAL or len(answer.data) != length:
            raise OSError(f"bytes {first} to {last} were not returned (HTTP {answer.status}, {len(answer.data)} bytes)")
        return answer.data
