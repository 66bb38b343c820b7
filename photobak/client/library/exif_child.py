"""The program that runs exifread within limits: a sparse file on stdin, JSON on stdout.

Its arguments are the numbers of the blocks that are there. It prints ``{"tags": {name: value}}``, or
``{"missing": number}`` if exifread reads from a block that is not there. If it fails, the last line of stderr says why.
"""

import io
import json
import logging
import os
import sys
from typing import Any, BinaryIO, Final, cast

from photobak.platform.processes import limit_this_process

BLOCK_BYTES: Final = 1024 * 1024
"""The file is downloaded in blocks of this size."""
_MEMORY_BYTES: Final = 512 * 1024 * 1024
_CPU_SECONDS: Final = 15
_MOST_TAGS: Final = 5_000
_LONGEST_VALUE: Final = 2_000


class Missing(BaseException):
    """A block is needed that is not there; no Exception, so that exifread does not catch it."""

    def __init__(self, block: int) -> None:
        super().__init__(block)
        self.block = block


class SparseFile(io.RawIOBase):
    """A file of which some blocks are there; reading another one raises Missing."""

    def __init__(self, descriptor: int, blocks: frozenset[int]) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._blocks = blocks
        self._size = os.fstat(descriptor).st_size
        self._position = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be searched."""
        return True

    def tell(self) -> int:
        """The position."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move; as in any file, a position past the end is no error."""
        begin = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if begin + offset < 0:
            raise OSError(f"negative position {begin + offset}")
        self._position = begin + offset
        return self._position

    def read(self, size: int = -1, /) -> bytes:
        """Read what is there of ``size`` bytes; less at the end only.

        Raises:
            Missing: a block of it is not there.
        """
        end = self._size if size < 0 else min(self._position + size, self._size)
        if self._position >= end:
            return b""
        for block in range(self._position // BLOCK_BYTES, (end - 1) // BLOCK_BYTES + 1):
            if block not in self._blocks:
                raise Missing(block)
        os.lseek(self._descriptor, self._position, os.SEEK_SET)
        found = bytearray()
        while piece := os.read(self._descriptor, end - self._position):
            found += piece
            self._position += len(piece)
        return bytes(found)


def read_tags(file: SparseFile) -> dict[str, str]:
    """All tags as text, maker notes included; binary values by their length."""
    import exifread

    logging.getLogger("exifread").setLevel(logging.CRITICAL)
    found = exifread.process_file(cast("BinaryIO", file), truncate_tags=False, extract_thumbnail=False)
    return {str(name): _text(value) for name, value in list(found.items())[:_MOST_TAGS]}


def _text(value: Any) -> str:
    text = f"{len(value)} bytes" if isinstance(value, bytes) else str(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}… ({len(text)} characters)"


def main() -> int:
    """Run the program; returns its exit code."""
    limit_this_process(memory_bytes=_MEMORY_BYTES, cpu_seconds=_CPU_SECONDS)
    try:
        answer: dict[str, Any] = {"tags": read_tags(SparseFile(sys.stdin.fileno(), frozenset(map(int, sys.argv[1:]))))}
    except Missing as missing:
        answer = {"missing": missing.block}
    except MemoryError:
        sys.stderr.write("reading them takes too much memory\n")
        return 1
    except Exception as error:  # noqa: BLE001 - a damaged file can make exifread raise anything: it becomes the reason
        sys.stderr.write(f"exifread fails with {type(error).__name__}\n")
        return 1
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
