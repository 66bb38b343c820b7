"""What a file or a record whose sender chose its bytes may not do; see ``support.attacks``."""

import hashlib
import io
import re
import struct
import tarfile
import warnings
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final
from xml.parsers import expat

import pytest
from PIL import Image
from support.attacks import Attacks
from support.records import record

from photobak.client.imports.archive import tar_archive, zip_archive, zip_directory
from photobak.client.imports.archive.interface import Problem as ArchiveProblem
from photobak.client.restore import layout, naming, part
from photobak.client.restore.naming import EVERY_NAME
from photobak.photo import bounded_xml, decoder_guard
from photobak.photo.metadata import window
from photobak.platform.folders import Folder

ATTACKS: Final = Attacks()
NOW: Final = datetime(2026, 11, 28, 12, tzinfo=UTC)
NEVER: Final = re.compile(r"(?!)")
WITHOUT_LIMIT: Final = 1 << 40
MEGABYTE: Final = 1024 * 1024


# ---- a photo, sidecar or archive whose sender chose the bytes

WANTED: Final = frozenset({"x:a"})


def accepted(document: bytes) -> bool:
    try:
        bounded_xml.parse(document, {"x": "x"}, WANTED)
    except bounded_xml.UnreadableXml:
        return False
    return True


@ATTACKS.on(bounded_xml, "_refuse_doctype", without=lambda *_: None)
def xml_entities_that_multiply(_: Path) -> bool:
    entities = '<!ENTITY e0 "0123456789">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 5))
    document = f'<!DOCTYPE a [{entities}]><x:a xmlns:x="x">&e4;</x:a>'.encode()
    try:
        found = bounded_xml.parse(document, {"x": "x"}, WANTED)
    except bounded_xml.UnreadableXml:
        return False
    return len(found.children[0].text) > 100 * len(document)


@ATTACKS.on(bounded_xml, "ParserCreate", without=lambda: expat.ParserCreate(namespace_separator=" "))
def xml_names_that_a_namespace_makes_long(_: Path) -> bool:
    """Each name is joined to a URI of 40 KB."""
    document = f'<a xmlns="{"u" * 40_000}">{"<b/>" * 500}</a>'.encode()
    seen = 0
    with pytest.MonkeyPatch.context() as monkeypatch:
        start = bounded_xml._Builder.start

        def counted(self: Any, name: str, attributes: list[str]) -> None:
            nonlocal seen
            seen += len(name)
            start(self, name, attributes)

        monkeypatch.setattr(bounded_xml._Builder, "start", counted)
        accepted(document)
    return seen > 100 * len(document)


@ATTACKS.on(bounded_xml, "MAX_DEPTH", without=WITHOUT_LIMIT)
def xml_that_is_nested_too_deeply(_: Path) -> bool:
    return accepted(b"<a>" * 5000 + b"</a>" * 5000)


@ATTACKS.on(bounded_xml, "MAX_NAMES", without=WITHOUT_LIMIT)
def xml_of_too_many_elements(_: Path) -> bool:
    return accepted(b"<a>" + b"<b/>" * 150_000 + b"</a>")


@ATTACKS.on(bounded_xml, "MAX_KEPT", without=WITHOUT_LIMIT)
def xml_that_fills_the_memory_with_what_is_wanted(_: Path) -> bool:
    return accepted(b'<x:a xmlns:x="x">' + b"<x:a/>" * 30_000 + b"</x:a>")


@ATTACKS.on(bounded_xml, "MAX_ATTRIBUTES", without=WITHOUT_LIMIT)
def xml_of_too_many_attributes(_: Path) -> bool:
    attributes = " ".join(f"b{n}=''" for n in range(5000))
    return accepted(f"<a {attributes}/>".encode())


@ATTACKS.on(bounded_xml, "MAX_BYTES", without=WITHOUT_LIMIT)
def xml_that_is_too_large(_: Path) -> bool:
    return accepted(b"<a>" + b" " * (5 * MEGABYTE) + b"</a>")


def reads(times: int, size: int) -> bool:
    whole = window.Window.on(io.BytesIO(bytes(size)))
    try:
        for _ in range(times):
            whole.read(0, size)
    except window.Damaged:
        return False
    return True


@ATTACKS.on(window, "MAX_READS", without=WITHOUT_LIMIT)
def metadata_that_points_round_in_circles(_: Path) -> bool:
    return reads(30_000, 4)


@ATTACKS.on(window, "MAX_BYTES", without=WITHOUT_LIMIT)
def metadata_that_is_read_again_and_again(_: Path) -> bool:
    return reads(40, MEGABYTE)


@ATTACKS.on(decoder_guard, "MAX_DECODER_BYTES", without=WITHOUT_LIMIT)
def picture_that_expands_beyond_the_memory(_: Path) -> bool:
    small = io.BytesIO()
    Image.new("L", (1, 1)).save(small, "PNG")
    png = bytearray(small.getvalue())
    png[16:24] = struct.pack(">II", 12_000, 12_000)
    png[29:33] = struct.pack(">I", zlib.crc32(bytes(png[12:29])))
    with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(bytes(png))) as image:
        try:
            decoder_guard.refuse_if_too_large(image)  # type: ignore[arg-type]
        except decoder_guard.UndecodableImage:
            return False
    return True


@ATTACKS.on(decoder_guard, "MAX_JPEG_SCANS", without=WITHOUT_LIMIT)
def jpeg_that_keeps_the_decoder_busy_for_minutes(_: Path) -> bool:
    made = io.BytesIO()
    Image.new("L", (8, 8)).save(made, "JPEG", progressive=True)
    jpeg = made.getvalue()
    scan = jpeg[jpeg.rindex(b"\xff\xda") : -2]
    many = io.BytesIO(jpeg[:-2] + scan * 200 + jpeg[-2:])
    with Image.open(many) as image:
        try:
            decoder_guard.refuse_if_too_many_scans(image, many)  # type: ignore[arg-type]
        except decoder_guard.UndecodableImage:
            return False
    return True


def listed(archive: Any) -> list[Any]:
    try:
        return list(archive.entries())
    finally:
        archive.close()


def is_offered(folder: Path, name: str, content: bytes = b"photo") -> bool:
    """Whether an import would read this entry of a zip file."""
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return not any(isinstance(each, ArchiveProblem) for each in listed(zip_archive.ZipArchive(path)))


@ATTACKS.on(zip_archive, "safe_path", without=lambda name: name)
def zip_entry_that_leads_out_of_the_archive(folder: Path) -> bool:
    return is_offered(folder, "../../.bashrc")


@ATTACKS.on(zip_archive, "is_bomb", without=lambda *_: False)
def zip_entry_that_grows_a_thousandfold(folder: Path) -> bool:
    return is_offered(folder, "a.jpg", bytes(100 * MEGABYTE))


@ATTACKS.on(zip_directory, "_MAX_DIRECTORY_BYTES", without=WITHOUT_LIMIT)
def zip_directory_that_fills_the_memory(_: Path) -> bool:
    size = 48 * MEGABYTE
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, size, 0, 0)
    most = 0

    class Watched(io.BytesIO):
        def read(self, wanted: int | None = -1, /) -> bytes:
            nonlocal most
            data = super().read(wanted)
            most = max(most, len(data))
            return data

    with pytest.raises(zipfile.BadZipFile):
        list(zip_directory.members(Watched(bytes(size) + end)))
    return most > 40 * MEGABYTE


def tar_of(folder: Path, name: str, *, size: int = 5, pax: dict[str, str] | None = None) -> tar_archive.TarArchive:
    path = folder / "a.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo(name)
        member.size, member.pax_headers = size, pax or {}
        archive.addfile(member, io.BytesIO(bytes(size)))
    return tar_archive.TarArchive(path, compressed=False)


@ATTACKS.on(tar_archive, "safe_path", without=lambda name: name)
def tar_entry_with_an_absolute_path(folder: Path) -> bool:
    return not any(isinstance(each, ArchiveProblem) for each in listed(tar_of(folder, "/root/.ssh/authorized_keys")))


@ATTACKS.on(tar_archive, "_MAX_HEADER", without=WITHOUT_LIMIT)
def tar_header_that_fills_the_memory(folder: Path) -> bool:
    found = listed(tar_of(folder, "a.jpg", pax={"comment": "x" * (3 * MEGABYTE)}))
    return not any(isinstance(each, ArchiveProblem) for each in found)


# ---- a record that would write where nobody wants it


def restored(**changes: Any) -> PurePosixPath:
    (target,) = layout.layout_of("source")([record(**changes)], EVERY_NAME)
    return target.path


@ATTACKS.on(naming, "_NEVER", without=NEVER)
def device_name_that_leads_out_of_the_folder(_: Path) -> bool:
    two = [record("a", sources=frozenset({"../../etc:passwd"})), record("b", sources=frozenset({"laptop:b"}))]
    return any(".." in target.path.parts for target in layout.layout_of("source")(two, EVERY_NAME))


@ATTACKS.on(layout, "safe_name", without=lambda name, _rules: name)
def file_name_of_two_dots(_: Path) -> bool:
    return ".." in restored(filename="..", sources=frozenset()).parts


@ATTACKS.on(naming, "_OF_OUR_OWN", without=NEVER)
def name_of_a_file_that_is_not_complete_yet(_: Path) -> bool:
    """Another photo's bytes would be continued as this one's."""
    mine = part.part_name("a.jpg", part.Expected(5, "ab" * 32))
    return restored(sources=frozenset({f"laptop:{mine}"})).name == mine


@ATTACKS.on(part.Part, "is_right", without=property(lambda self: self.size == self._expected.size))
def restored_bytes_that_are_not_the_photos(folder: Path) -> bool:
    wanted = part.Expected(5, hashlib.sha256(b"photo").hexdigest())
    with Folder(folder) as opened, part.Part(opened, "a.jpg", wanted) as arriving:
        arriving.append(memoryview(b"other"))
        return arriving.is_right


@pytest.mark.parametrize("name", ATTACKS)
def test_the_attack_fails(name: str, tmp_path: Path) -> None:
    assert not ATTACKS[name].attempt(tmp_path)


@pytest.mark.parametrize("name", ATTACKS)
def test_without_its_defence_the_attack_succeeds(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ATTACKS[name].open(monkeypatch)
    assert ATTACKS[name].attempt(tmp_path)
