"""What ``recognise`` says of files by content and name."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from support.photo_files import (
    BYTE,
    Field,
    avchd,
    avi,
    bmp,
    box,
    cr3,
    ftyp,
    gif,
    heif,
    jpeg,
    movie,
    png,
    raf,
    riff,
    tiff,
    webp,
)

from photobak.photo.kind import Kind
from photobak.photo.media_type import HEAD_BYTES, MediaType, is_raw, recognise, transport_layout

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\n"
ZIP = b"PK\x03\x04\x14\0\0\0\x08\0" + bytes(40)
SQLITE = b"SQLite format 3\0" + bytes(84)
WAVE = riff(b"WAVE", b"fmt \x10\0\0\0" + bytes(16))
APPLE_DOUBLE = b"\0\5\x16\7\0\2\0\0Mac OS X        "
HTML = b"<!DOCTYPE html><html><body>404 Not Found</body></html>"
DNG_VERSION = Field(0xC612, BYTE, 4, b"\1\4\0\0")
ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + bytes(32)


def ebml(document: bytes) -> bytes:
    return b"\x1aE\xdf\xa3\x93B\x82" + bytes([0x80 + len(document)]) + document + bytes(32)


def content_type(data: bytes, name: str) -> str | None:
    found = recognise(data[:HEAD_BYTES], name)
    return found.content_type if found else None


@pytest.mark.parametrize(
    ("data", "name", "expected", "extension"),
    [
        (jpeg(), "IMG_1.JPG", "image/jpeg", "jpg"),
        (jpeg(), "photo.jpeg", "image/jpeg", "jpg"),
        (jpeg(), "panorama.mpo", "image/jpeg", "jpg"),
        (png(), "a.png", "image/png", "png"),
        (webp(), "a.webp", "image/webp", "webp"),
        (gif(1, 1), "a.gif", "image/gif", "gif"),
        (bmp(1, 1), "a.bmp", "image/bmp", "bmp"),
        (tiff(), "a.tiff", "image/tiff", "tif"),
        (tiff(order=">"), "a.tif", "image/tiff", "tif"),
        (heif(b""), "a.HEIC", "image/heic", "heic"),
        (heif(b"", brand=b"heix"), "a.HIF", "image/heic", "heic"),
        (ftyp(b"mif1", b"mif1", b"heic"), "a.heic", "image/heic", "heic"),
        (ftyp(b"mif1", b"mif1", b"miaf"), "a.heif", "image/heif", "heif"),
        (ftyp(b"mif1", b"avif", b"mif1"), "a.avif", "image/avif", "avif"),
        (heif(b"", brand=b"avif"), "a.avif", "image/avif", "avif"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "a.jxl", "image/jxl", "jxl"),
        (b"8BPS\0\1" + bytes(20), "a.psd", "image/vnd.adobe.photoshop", "psd"),
        (tiff(mark=b"CR\2\0\0\0\0\0"), "a.cr2", "image/x-canon-cr2", "cr2"),
        (cr3([], []), "a.CR3", "image/x-canon-cr3", "cr3"),
        (b"II\x1a\0\0\0HEAPCCDR" + bytes(20), "a.crw", "image/x-canon-crw", "crw"),
        (tiff(order=">"), "DSC_1.NEF", "image/x-nikon-nef", "nef"),
        (tiff(), "DSC1.ARW", "image/x-sony-arw", "arw"),
        (tiff(), "a.dng", "image/x-adobe-dng", "dng"),
        (tiff([DNG_VERSION]), "a.tif", "image/x-adobe-dng", "dng"),
        (raf(jpeg()), "DSCF1.RAF", "image/x-fuji-raf", "raf"),
        (tiff(magic=0x4F52), "P1.ORF", "image/x-olympus-orf", "orf"),
        (tiff(magic=0x5352), "P1.ORF", "image/x-olympus-orf", "orf"),
        (tiff(magic=0x4F52, order=">"), "P1.ORF", "image/x-olympus-orf", "orf"),
        (tiff(magic=0x55), "P1.RW2", "image/x-panasonic-rw2", "rw2"),
        (tiff(magic=0x55), "L1.RWL", "image/x-leica-rwl", "rwl"),
        (tiff(), "IMGP1.PEF", "image/x-pentax-pef", "pef"),
        (tiff(), "SAM_1.SRW", "image/x-samsung-srw", "srw"),
        (movie(), "IMG_1.MOV", "video/quicktime", "mov"),
        (box(b"wide") + box(b"mdat"), "MVI_1.MOV", "video/quicktime", "mov"),
        (movie(brand=b"mp42"), "a.mp4", "video/mp4", "mp4"),
        (movie(brand=b"isom"), "a.MOV", "video/mp4", "mp4"),
        (movie(brand=b"M4V "), "a.m4v", "video/x-m4v", "m4v"),
        (movie(brand=b"3gp5"), "a.3gp", "video/3gpp", "3gp"),
        (movie(brand=b"3g2a"), "a.3g2", "video/3gpp2", "3g2"),
        (avi(b""), "a.avi", "video/x-msvideo", "avi"),
        (avchd({}), "00001.MTS", "video/mp2t", "mts"),
        (avchd({}, prefix=0), "a.ts", "video/mp2t", "mts"),
        (b"\0\0\1\xba" + bytes(20), "MOV001.MOD", "video/mpeg", "mpg"),
        (ebml(b"matroska"), "a.mkv", "video/x-matroska", "mkv"),
        (ebml(b"webm"), "a.webm", "video/webm", "webm"),
        (ASF, "a.wmv", "video/x-ms-wmv", "wmv"),
    ],
)
def test_known_content_is_recognised(data: bytes, name: str, expected: str, extension: str) -> None:
    found = recognise(data[:HEAD_BYTES], name)
    assert found == MediaType(expected, Kind.VIDEO if expected.startswith("video/") else Kind.PHOTO, extension)


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (png(), "screenshot.jpg", "image/png"),
        (jpeg(), "IMG_1.HEIC", "image/jpeg"),
        (jpeg(), "DSC_1.NEF", "image/jpeg"),
        (heif(b""), "IMG_1.JPG", "image/heic"),
        (jpeg(), "document.txt", "image/jpeg"),
        (jpeg(), "no extension", "image/jpeg"),
        (movie(brand=b"mp42"), "IMG_1.JPG", "video/mp4"),
    ],
)
def test_content_outweighs_the_extension(data: bytes, name: str, expected: str) -> None:
    assert content_type(data, name) == expected


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"", "IMG_1.JPG", "image/jpeg"),
        (bytes(4096), "IMG_1.JPG", "image/jpeg"),
        (b"\xff", "IMG_1.JPG", "image/jpeg"),
        (b"this is text", "IMG_1.JPG", "image/jpeg"),
        (HTML, "IMG_1.JPG", "image/jpeg"),
        (jpeg()[4:], "IMG_1.JPG", "image/jpeg"),
        (b"", "a.heic", "image/heic"),
        (b"rubbish", "a.nef", "image/x-nikon-nef"),
        (b"rubbish", "a.cr3", "image/x-canon-cr3"),
        (b"", "a.mov", "video/quicktime"),
        (b"rubbish", "a.mts", "video/mp2t"),
    ],
)
def test_unknown_content_is_what_its_extension_says(data: bytes, name: str, expected: str) -> None:
    assert content_type(data, name) == expected


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (PDF, "scan.jpg"),
        (ZIP, "photos.jpg"),
        (SQLITE, "Photos.jpg"),
        (WAVE, "memo.jpg"),
        (APPLE_DOUBLE, "._IMG_1.JPG"),
        (APPLE_DOUBLE, "._IMG_1.MOV"),
        (PDF, "letter.pdf"),
        (ZIP, "photos.zip"),
        (SQLITE, "Photos.sqlite"),
        (WAVE, "memo.wav"),
        (b"plain text", "notes.txt"),
        (b"BM is a text too, and a long one at that", "notes.txt"),
        (b"I'm free today", "notes.txt"),
        (b"", "empty"),
        (b"", ".jpg"),
        (b"const answer: number = 42;\n" * 50, "answer.ts"),
        (b"package photo\n" * 50, "go.mod"),
        (b'{"a": 1}', "settings.json"),
        (b'{"title": {"a": 1}}', "translations.json"),
        (b'{"a": 1}', "notes.txt.json"),
        (ftyp(b"M4A ", b"M4A ", b"mp42"), "song.m4a"),
        (ftyp(b"mp42", b"isom"), "song.m4a"),
        (ebml(b"matroska"), "song.mka"),
        (ASF, "song.wma"),
        (b"bplist00", ".IMG_1.HEIC.icloud"),
    ],
)
def test_what_is_no_photo_is_left_alone(data: bytes, name: str) -> None:
    assert recognise(data[:HEAD_BYTES], name) is None


@pytest.mark.parametrize(
    ("data", "name", "extension"),
    [
        (b"<x:xmpmeta/>", "IMG_1.xmp", "xmp"),
        (b"<x:xmpmeta/>", "IMG_1.JPG.XMP", "xmp"),
        (b"", "IMG_1.xmp", "xmp"),
        (b"<?xml version='1.0'?><plist/>", "IMG_1.AAE", "aae"),
        (jpeg(), "MVI_1.THM", "thm"),
        (movie(brand=b"mp42"), "GX010001.LRV", "lrv"),
        (b"<xml/>", "DSC_1.NEF.dop", "dop"),
        (b"[Version]", "DSC_1.NEF.pp3", "pp3"),
        (b"{}", "IMG_1.JPG.json", "json"),
        (
            b'{\n  "title": "IMG_1.JPG",\n  "description": ""',
            "Screenshot_2024-08-31-00-53-48-647_com.snapcha.json",
            "json",
        ),
        (b'\xef\xbb\xbf{"title": "Sommer"}', "Metadaten(2).json", "json"),
        (b'{"albumData": {"title": "x"}}', "metadata.json", "json"),
        (b"[]", "shared_album_comments.json", "json"),
        (b"{}", "IMG_1.HEIC.supplemental-metadata.json", "json"),
        (b"{}", "IMG_20240131_235959.jpg.supplemental-me.json", "json"),
    ],
)
def test_sidecars_are_told_by_their_names(data: bytes, name: str, extension: str) -> None:
    found = recognise(data[:HEAD_BYTES], name)
    assert found is not None
    assert (found.kind, found.extension) == (Kind.SIDECAR, extension)


def test_a_picture_called_a_sidecar_is_a_picture() -> None:
    assert content_type(png(), "IMG_1.xmp") == "image/png"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"])
def test_what_pillow_writes_is_recognised_without_a_name(form: str) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 12), "teal").save(buffer, form)
    assert content_type(buffer.getvalue(), "x") == f"image/{form.lower()}"


@given(st.binary(max_size=512), st.text(min_size=1, max_size=40))
def test_any_bytes_and_any_name_get_an_answer(head: bytes, name: str) -> None:
    found = recognise(head, name)
    assert found is None or (found.extension == found.extension.lower() and "/" in found.content_type)


@given(st.text(max_size=300), st.sampled_from(["jpg", "JPEG", "heic", "png", "cr2", "nef", "dng", "tif", "mov", "mp4"]))
def test_text_under_a_photos_name_is_always_kept(body: str, extension: str) -> None:
    assert recognise(body.encode()[:HEAD_BYTES], f"IMG_1.{extension}") is not None or body.startswith(
        ("%PDF", "{\\rtf")
    )


def test_raw_formats_are_told_from_other_photos() -> None:
    raw, developed = recognise(tiff(), "a.nef"), recognise(jpeg(), "a.jpg")
    assert raw is not None
    assert developed is not None
    assert is_raw(raw)
    assert not is_raw(developed)


@pytest.mark.parametrize(("prefix", "stride"), [(0, 188), (4, 192)])
def test_the_packets_of_a_transport_stream_are_found(prefix: int, stride: int) -> None:
    assert transport_layout(avchd({}, prefix=prefix)) == (prefix, stride)
