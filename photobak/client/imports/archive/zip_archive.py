"""Zip files, read at any place: each entry is inflated where it lies, and checked against its checksum at its end."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from photobak.client.imports.archive.interface import (
    Archive,
    DamagedEntry,
    Entry,
    EntryStream,
    Problem,
    is_bomb,
    safe_path,
)
from photobak.client.imports.archive.zip_directory import (
    DEFLATED,
    STORED,
    Member,
    data_offset,
    members,
    recovered_members,
)

_CHUNK: Final = 256 * 1024
_CUT_OFF: Final = "its end is missing, and with it the list of what it holds; what is whole before that was found"


class ZipArchive(Archive):
    """One zip file, zip64 or not, whole or cut off."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._members: list[Member] = []
        """By the entries' numbers."""

    def entries(self) -> Iterator[Entry | Problem]:
        """List the file's directory, in the order in which the entries lie."""
        with self.path.open("rb") as file:
            found, problem = _members(file)
        if problem is not None:
            yield problem
        end = 0
        self._members = []
        for member in sorted(found, key=lambda member: member.header):
            reason = _unreadable(member, end)
            end = max(end, member.header + member.compressed)
            if reason is not None:
                yield Problem(member.name, reason)
            elif not member.is_folder:
                self._members.append(member)
                # A zip file tells times of an unknown zone, in steps of two seconds: better none than a wrong one.
                yield Entry(len(self._members) - 1, safe_path(member.name) or "", member.size, None)

    def open(self, entry: Entry) -> BinaryIO:
        """Inflate an entry while it is read."""
        return io.BufferedReader(_Inflated(self.path, self._members[entry.number]), _CHUNK)

    def close(self) -> None:
        """Each entry has a file of its own."""


def _members(file: BinaryIO) -> tuple[list[Member], Problem | None]:
    try:
        return list(members(file)), None
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        found = list(recovered_members(file))
        return found, Problem("", _CUT_OFF if found else f"it is no zip file that can be read ({error})")


def _unreadable(member: Member, end: int) -> str | None:
    """Why an entry is left out; None where it can be read.

    Args:
        member: the entry.
        end: where the bytes of those before it end.
    """
    if safe_path(member.name) is None:
        return "its name leads out of the archive"
    if member.is_folder:
        return None
    if member.encrypted:
        return "it is encrypted; unpack the archive with its password, and import the folder"
    if member.method not in (STORED, DEFLATED):
        return f"it is compressed by method {member.method}, which is not supported; unpack it, and import the folder"
    if member.header < end:
        return "its bytes are those of another entry as well, as in a zip bomb"
    if is_bomb(member.size, member.compressed):
        return "it grows to more than 200 times its compressed size, as in a zip bomb"
    return None


class _Inflated(EntryStream):
    """An entry's bytes; reading backwards begins anew."""

    def __init__(self, path: Path, member: Member) -> None:
        super().__init__(member.size)
        self._file = path.open("rb")
        self._member = member
        self._begin()

    def _begin(self) -> None:
        start = data_offset(self._file, self._member.header)
        if start is None:
            raise DamagedEntry("the archive has something else where it should be")
        self._file.seek(start)
        self._left = self._member.compressed
        self._inflate = zlib.decompressobj(-15) if self._member.method == DEFLATED else None
        self._inflated_to = 0
        self._crc = 0

    def read_next(self, size: int) -> bytes:
        if self.at < self._inflated_to:
            self._begin()
        while self._inflated_to < self.at:
            if not self._next(min(self.at - self._inflated_to, _CHUNK)):
                return b""
        return self._next(size)

    def _next(self, size: int) -> bytes:
        """At most ``size`` more bytes; none at the end, where the checksum has to be right."""
        size = min(size, self.size - self._inflated_to)
        data = self._read(size) if size else b""
        if size and not data:
            raise DamagedEntry("the archive ends before it does")
        self._inflated_to += len(data)
        self._crc = zlib.crc32(data, self._crc)
        if self._inflated_to == self.size and self._crc != self._member.crc:
            raise DamagedEntry("its bytes are damaged in the archive (its checksum is another)")
        return data

    def _read(self, size: int) -> bytes:
        if self._inflate is None:
            return self._compressed(size)
        while True:
            try:
                data = self._inflate.decompress(self._inflate.unconsumed_tail or self._compressed(_CHUNK), size)
            except zlib.error as error:
                raise DamagedEntry("its bytes are damaged in the archive") from error
            if data or self._inflate.eof or not (self._left or self._inflate.unconsumed_tail):
                return data

    def _compressed(self, size: int) -> bytes:
        data = self._file.read(min(size, self._left))
        self._left -= len(data)
        if not data:
            self._left = 0
        return data

    def close(self) -> None:
        self._file.close()
        super().close()
