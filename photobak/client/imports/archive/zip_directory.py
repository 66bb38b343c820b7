"""Where the entries of a zip file lie: by its central directory, or, where that was cut off, by their local headers.

APPNOTE.TXT 6.3.10 (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), sections 4.3 and 4.4.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

STORED: Final = 0
DEFLATED: Final = 8
_LOCAL: Final = b"PK\3\4"
_DESCRIPTOR: Final = b"PK\7\x08"
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_ZIP64: Final = 0x0001
_UNKNOWN_32: Final = 0xFFFFFFFF
_ENCRYPTED: Final = 0x0001
_SIZES_FOLLOW: Final = 0x0008
_UTF_8: Final = 0x0800
_MAX_DIRECTORY_BYTES: Final = 32 * 1024 * 1024
"""Of a central directory: 200,000 entries with Takeout's names."""
_CHUNK: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Member:
    """An entry as the zip file describes it."""

    name: str
    method: int
    encrypted: bool
    crc: int
    compressed: int
    """Bytes in the file."""
    size: int
    """Bytes once uncompressed."""
    header: int
    """Offset of its local header."""

    @property
    def is_folder(self) -> bool:
        """Folders have a slash at their end, and no bytes."""
        return self.name.endswith(("/", "\\")) and not self.size


def members(file: BinaryIO) -> Iterator[Member]:
    """List a zip file by its central directory.

    Raises:
        zipfile.BadZipFile: it has none that is legible.
        OSError: it can't be read.
    """
    with zipfile.ZipFile(_Bounded(file)) as archive:
        for info in archive.infolist():
            yield Member(
                name=_utf_8_name(info),
                method=info.compress_type,
                encrypted=bool(info.flag_bits & _ENCRYPTED),
                crc=info.CRC,
                compressed=info.compress_size,
                size=info.file_size,
                header=info.header_offset,
            )


def _utf_8_name(info: zipfile.ZipInfo) -> str:
    """The name; many programs write UTF-8 without the flag that says so."""
    if info.flag_bits & _UTF_8 or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode()
    except UnicodeError:
        return info.filename


class _Bounded(io.BufferedIOBase):
    """A file of which nobody reads too much at once: the standard library reads a central directory whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int | None = -1) -> bytes:
        to_the_end = size is None or size < 0
        data = self._file.read(_MAX_DIRECTORY_BYTES + 1 if to_the_end else min(size or 0, _MAX_DIRECTORY_BYTES + 1))
        if len(data) > _MAX_DIRECTORY_BYTES:
            raise zipfile.BadZipFile("its directory is too large")
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


def recovered_members(file: BinaryIO) -> Iterator[Member]:
    """List what is whole of a zip file whose end is missing; ends where nothing more is legible.

    Raises:
        OSError: it can't be read.
    """
    end = file.seek(0, io.SEEK_END)
    offset = 0
    while (found := _local(file, offset)) is not None:
        described, data = found
        member = _measured(file, described, data) if described.compressed < 0 else described
        if member is None or data + member.compressed > end:
            return
        yield member
        offset = _next_header(file, data + member.compressed)


def data_offset(file: BinaryIO, header: int) -> int | None:
    """Where an entry's bytes begin; None where there is no local header."""
    file.seek(header)
    head = file.read(_LOCAL_HEADER.size)
    if len(head) < _LOCAL_HEADER.size or not head.startswith(_LOCAL):
        return None
    *_, name_size, extra_size = _LOCAL_HEADER.unpack(head)
    return header + _LOCAL_HEADER.size + int(name_size) + int(extra_size)


def _local(file: BinaryIO, offset: int) -> tuple[Member, int] | None:
    """The entry of a local header, and where its bytes begin; its sizes are -1 where they follow these."""
    file.seek(offset)
    head = file.read(_LOCAL_HEADER.size)
    if len(head) < _LOCAL_HEADER.size or not head.startswith(_LOCAL):
        return None
    _, _, flags, method, _, _, crc, compressed, size, name_size, extra_size = _LOCAL_HEADER.unpack(head)
    raw, extra = file.read(name_size), file.read(extra_size)
    if size == _UNKNOWN_32 or compressed == _UNKNOWN_32:
        size, compressed = _zip64_sizes(extra) or (size, compressed)
    if flags & _SIZES_FOLLOW and not compressed:
        size = compressed = -1
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        name = raw.decode("cp437")
    member = Member(name, method, bool(flags & _ENCRYPTED), crc, compressed, size, offset)
    return member, offset + _LOCAL_HEADER.size + name_size + extra_size


def _zip64_sizes(extra: bytes) -> tuple[int, int] | None:
    """Uncompressed and compressed size from the extra field (4.5.3)."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == _ZIP64 and len(extra) >= 20:
            size, compressed = struct.unpack_from("<QQ", extra, 4)
            return int(size), int(compressed)
        extra = extra[4 + length :]
    return None


def _measured(file: BinaryIO, member: Member, data: int) -> Member | None:
    """A streamed entry, whose size is known once it was read; None where it does not end."""
    if member.method == DEFLATED:
        return _inflated_length(file, member, data)
    return _length_to_descriptor(file, member, data) if member.method == STORED else None


def _inflated_length(file: BinaryIO, member: Member, data: int) -> Member | None:
    inflate = zlib.decompressobj(-15)
    file.seek(data)
    size = crc = read = 0
    while not inflate.eof:
        chunk = inflate.unconsumed_tail or file.read(_CHUNK)
        read += 0 if inflate.unconsumed_tail else len(chunk)
        if not chunk:
            return None
        try:
            plain = inflate.decompress(chunk, _CHUNK)
        except zlib.error:
            return None
        size, crc = size + len(plain), zlib.crc32(plain, crc)
    return _with_sizes(member, read - len(inflate.unused_data), size, crc)


def _length_to_descriptor(file: BinaryIO, member: Member, data: int) -> Member | None:
    """The length of stored bytes: up to the data descriptor (4.3.9) that tells this very length and their checksum."""
    file.seek(data)
    before, crc, read = b"", 0, 0
    while chunk := file.read(_CHUNK):
        block = before + chunk
        at = block.find(_DESCRIPTOR)
        while at >= 0 and at + 24 <= len(block):
            length = read + at
            candidate = zlib.crc32(block[:at], crc)
            said, short = struct.unpack_from("<II", block, at + 4)
            if said == candidate and short == length & _UNKNOWN_32:
                return _with_sizes(member, length, length, candidate)
            at = block.find(_DESCRIPTOR, at + 1)
        done = max(len(block) - 24, 0)
        crc, read, before = zlib.crc32(block[:done], crc), read + done, block[done:]
    return None


def _with_sizes(member: Member, compressed: int, size: int, crc: int) -> Member:
    return Member(member.name, member.method, member.encrypted, crc, compressed, size, member.header)


def _next_header(file: BinaryIO, offset: int) -> int:
    """Where the next local header is: at once, or behind a data descriptor of 12 to 24 bytes."""
    file.seek(offset)
    between = file.read(28)
    at = between.find(_LOCAL)
    return offset + max(at, 0)
