"""What ``read_metadata`` finds in files of each format."""

# ruff: noqa: DTZ001 - times without a zone are the subject

import errno
import io
import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from PIL import ExifTags, Image
from support.corpus import MISSING, corpus_files
from support.photo_files import (
    ASCII,
    DIGITIZED,
    EXIF_IFD,
    LENS,
    MAKE,
    MAKER_NOTE,
    MODEL,
    OFFSET,
    OFFSET_DIGITIZED,
    OFFSET_ORIGINAL,
    ORIENTATION,
    ORIGINAL,
    SUB_IFDS,
    SUBSEC_DIGITIZED,
    SUBSEC_ORIGINAL,
    UNDEFINED,
    Field,
    apple_note,
    avchd,
    avi,
    bmp,
    cr3,
    dated,
    directory,
    fractions,
    gif,
    gps_fields,
    heif,
    iptc,
    jpeg,
    long,
    movie,
    png,
    position_fields,
    raf,
    segment,
    short,
    text,
    tiff,
    webp,
    xmp_packet,
)

from photobak.photo import metadata
from photobak.photo.media_type import HEAD_BYTES, JPEG, recognise
from photobak.photo.metadata import Metadata, read_metadata
from photobak.photo.metadata.window import MAX_BYTES, MAX_READS, Damaged, Window

WRITTEN = "2021:06:07 08:09:10"
TAKEN = datetime(2021, 6, 7, 8, 9, 10)
TWO_HOURS_EAST = timezone(timedelta(hours=2))
BLOCK = dated(WRITTEN)
XMP = xmp_packet('exif:DateTimeOriginal="2021-06-07T08:09:10.25+02:00"')
TAKEN_IN_XMP = TAKEN.replace(microsecond=250000, tzinfo=TWO_HOURS_EAST)
CONTENT_ID = "4D3C2B1A-0000-4000-8000-123456789ABC"
JUNE_7_UTC = 3705905350
"""2021-06-07 10:09:10 in seconds since 1904."""


def read(data: bytes, name: str = "x") -> Metadata:
    media_type = recognise(data[:HEAD_BYTES], name)
    assert media_type is not None
    return read_metadata(io.BytesIO(data), media_type)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (jpeg(BLOCK, size=(60, 40)), "a.jpg"),
        (png(BLOCK, size=(60, 40)), "a.png"),
        (png(b"Exif\0\0" + BLOCK, size=(60, 40)), "a.png"),
        (webp(BLOCK, size=(60, 40)), "a.webp"),
        (webp(b"Exif\0\0" + BLOCK, size=(60, 40)), "a.webp"),
        (heif(BLOCK, size=(60, 40)), "a.heic"),
        (heif(BLOCK, size=(60, 40), prefix=b""), "a.heic"),
        (heif(BLOCK, size=(60, 40), brand=b"avif"), "a.avif"),
        (dated(WRITTEN, main=[long(0x0100, 60), long(0x0101, 40)]), "a.tif"),
        (dated(WRITTEN, main=[short(0x0100, 60, order=">"), short(0x0101, 40, order=">")], order=">"), "a.nef"),
        (dated(WRITTEN, main=[short(0x0100, 60), short(0x0101, 40)]), "a.dng"),
        (
            tiff([short(0x0100, 6)], [text(ORIGINAL, WRITTEN), short(0xA002, 60), short(0xA003, 40)], mark=b"CR\2\0"),
            "a.cr2",
        ),
        (tiff([short(0x0100, 60), short(0x0101, 40)], [text(ORIGINAL, WRITTEN)], magic=0x4F52), "a.orf"),
        (tiff([short(4, 2), short(5, 4), short(6, 42), short(7, 64)], [text(ORIGINAL, WRITTEN)], magic=0x55), "a.rw2"),
        (raf(jpeg(BLOCK), size=(60, 40)), "a.raf"),
        (cr3([short(0x0100, 60), short(0x0101, 40)], [text(ORIGINAL, WRITTEN)]), "a.cr3"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_date_and_size_are_read_from_every_format_with_exif(data: bytes, name: str) -> None:
    assert read(data, name) == Metadata(width=60, height=40, original=TAKEN)


@pytest.mark.parametrize(
    ("data", "name"),
    [(jpeg(xmp=XMP), "a.jpg"), (png(xmp=XMP), "a.png"), (webp(xmp=XMP), "a.webp"), (XMP.encode(), "a.xmp")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_xmp_stands_in_where_exif_has_no_date(data: bytes, name: str) -> None:
    assert read(data, name).original == TAKEN_IN_XMP


def test_xmp_does_not_outvote_exif() -> None:
    assert read(jpeg(BLOCK, xmp=XMP)).original == TAKEN


def test_xmp_in_a_tiff_stands_in_too() -> None:
    packet = XMP.encode()
    assert read(tiff([Field(0x02BC, UNDEFINED, len(packet), packet)]), "a.tif").original == TAKEN_IN_XMP


@pytest.mark.parametrize(
    ("packet", "original", "digitized"),
    [
        (xmp_packet('xmp:CreateDate="2021-06-07T08:09:10Z"'), None, TAKEN.replace(tzinfo=UTC)),
        (xmp_packet('photoshop:DateCreated="2021-06-07"'), datetime(2021, 6, 7), None),
        (xmp_packet(elements="<exif:DateTimeOriginal>2021-06-07T08:09:10</exif:DateTimeOriginal>"), TAKEN, None),
        (xmp_packet('exif:DateTimeOriginal="2021"'), None, None),
        (xmp_packet('exif:DateTimeOriginal="2021-06"'), None, None),
        (XMP[:-60], None, None),
        ('<!DOCTYPE a [<!ENTITY b "c">]>' + XMP, None, None),
        ("<a>" * 5000, None, None),
        ("", None, None),
    ],
)
def test_dates_of_xmp(packet: str, original: datetime | None, digitized: datetime | None) -> None:
    assert read(packet.encode(), "a.xmp") == Metadata(original=original, digitized=digitized)


def test_each_date_has_its_own_subseconds_and_offset() -> None:
    exif = [
        text(ORIGINAL, WRITTEN),
        text(DIGITIZED, "2021:06:08 01:02:03"),
        text(OFFSET, "-11:00"),
        text(OFFSET_ORIGINAL, "+02:00"),
        text(OFFSET_DIGITIZED, "+09:00"),
        text(SUBSEC_ORIGINAL, "016"),
        text(SUBSEC_DIGITIZED, "5"),
    ]
    found = read(jpeg(tiff([], exif)))
    assert found.original == TAKEN.replace(microsecond=16000, tzinfo=TWO_HOURS_EAST)
    assert found.digitized == datetime(2021, 6, 8, 1, 2, 3, 500000, tzinfo=timezone(timedelta(hours=9)))


def test_the_offset_of_another_date_is_not_borrowed() -> None:
    exif = [text(ORIGINAL, WRITTEN), text(OFFSET, "+09:00"), text(OFFSET_DIGITIZED, "+09:00")]
    assert read(jpeg(tiff([], exif))).original == TAKEN


def test_camera_lens_and_orientation() -> None:
    main = [text(MAKE, "  Canon\t"), text(MODEL, "EOS  R5\0garbage"), short(ORIENTATION, 6)]
    found = read(jpeg(tiff(main, [text(LENS, b"RF24-105mm\x1b[31m F4 \xe9")])))
    assert (found.camera_make, found.camera_model, found.orientation) == ("Canon", "EOS R5", 6)
    assert found.lens == "RF24-105mm [31m F4 é"


F_NUMBER, EXPOSURE_TIME, ISO, FOCAL_LENGTH = 0x829D, 0x829A, 0x8827, 0x920A


def test_exposure() -> None:
    exif = [fractions(EXPOSURE_TIME, (10, 2500)), fractions(F_NUMBER, (28, 10)), short(ISO, 400)]
    found = read(jpeg(tiff([], [*exif, fractions(FOCAL_LENGTH, (35, 1))])))
    assert (found.exposure_time, found.f_number, found.iso, found.focal_length) == (0.004, 2.8, 400, 35.0)
    third = read(jpeg(tiff([], [fractions(EXPOSURE_TIME, (1, 3))])))
    assert third.exposure_time == 0.333333


@pytest.mark.parametrize("value", [(0, 0), (0, 1), (1, 0), (2**32 - 1, 1)])
def test_an_exposure_that_cant_be_is_none(value: tuple[int, int]) -> None:
    tags = (F_NUMBER, EXPOSURE_TIME, FOCAL_LENGTH)
    found = read(jpeg(tiff([], [short(ISO, 0), *(fractions(tag, value) for tag in tags)])))
    assert (found.exposure_time, found.f_number, found.iso, found.focal_length) == (None, None, None, None)


def test_a_sensitivity_of_more_than_16_bits_has_a_tag_of_its_own() -> None:
    assert read(jpeg(tiff([], [short(ISO, 65535), long(0x8832, 102400)]))).iso == 102400
    assert read(jpeg(tiff([], [short(ISO, 65535)]))).iso is None


@pytest.mark.parametrize("version", [0, 1])
def test_a_videos_duration(version: int) -> None:
    assert read(movie(version=version, scale=600, duration=7830)).duration == 13.05
    assert read(movie(version=version, scale=0, duration=7830)).duration is None
    assert read(movie(version=version, duration=0)).duration is None
    unknown = 2**64 - 1 if version else 2**32 - 1
    assert read(movie(version=version, duration=unknown)).duration is None


def test_the_duration_of_an_avi() -> None:
    assert read(avi(b"", frame_us=40_000, frames=375)).duration == 15.0
    assert read(avi(b"", frame_us=2**32 - 1, frames=2**32 - 1)).duration is None


def test_apples_identifier_of_a_live_photo_is_in_both_files() -> None:
    block = dated(WRITTEN, exif=[apple_note(CONTENT_ID.lower())])
    for data in (jpeg(block), heif(block), movie(content_id=CONTENT_ID)):
        assert read(data, "x.heic").content_id == CONTENT_ID


@pytest.mark.parametrize(
    "note",
    [
        apple_note(""),
        apple_note("x" * 36),
        apple_note(CONTENT_ID + "0"),
        apple_note(b"\xff" * 5000),
        Field(MAKER_NOTE, UNDEFINED, 14, b"Apple iOS\0\0\1MM"),
        Field(MAKER_NOTE, UNDEFINED, 9, b"Apple iOS"),
        Field(
            MAKER_NOTE, UNDEFINED, 40, b"Apple iOS\0\0\1MM\xff\xff" + b"\0\x11\0\2\xff\xff\xff\xff\xff\xff\xff\xff" * 2
        ),
    ],
)
def test_an_identifier_that_is_none_spoils_nothing(note: Field) -> None:
    found = read(jpeg(dated(WRITTEN, exif=[note])))
    assert (found.content_id, found.original) == (None, TAKEN)


def test_names_are_bounded_and_blank_ones_are_none() -> None:
    found = read(jpeg(tiff([text(MAKE, "x" * 5000), text(MODEL, " \t ")])))
    assert (found.camera_make, found.camera_model) == ("x" * 128, None)


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_none(value: int) -> None:
    assert read(jpeg(tiff([short(ORIENTATION, value)]))).orientation is None


def test_the_position_in_degrees() -> None:
    gps = position_fields(((48, 1), (51, 1), (3000, 100)), "N", ((2, 1), (17, 1), (0, 1)), "W")
    found = read(jpeg(tiff([], [], gps)))
    assert found.latitude == pytest.approx(48 + 51 / 60 + 30 / 3600)
    assert found.longitude == pytest.approx(-(2 + 17 / 60))


@pytest.mark.parametrize(
    ("latitude", "north", "longitude", "east"),
    [
        (((91, 1),), "N", ((2, 1),), "E"),
        (((48, 1),), "N", ((181, 1),), "E"),
        (((48, 0),), "N", ((2, 1),), "E"),
        (((48, 1),), "", ((2, 1),), "E"),
        (((48, 1),), "E", ((2, 1),), "N"),
        (((0, 1), (0, 1), (0, 1)), "N", ((0, 1), (0, 1), (0, 1)), "E"),
        ((), "N", (), "E"),
    ],
)
def test_what_is_no_position_is_none(
    latitude: tuple[tuple[int, int], ...], north: str, longitude: tuple[tuple[int, int], ...], east: str
) -> None:
    found = read(jpeg(tiff([], [], position_fields(latitude, north, longitude, east))))
    assert (found.latitude, found.longitude) == (None, None)


def test_gps_time_is_utc_with_its_fraction() -> None:
    found = read(jpeg(tiff([], [], gps_fields("2021:06:07", (8, 1), (9, 1), (1050, 100)))))
    assert found.gps_time == TAKEN.replace(microsecond=500000, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "0000:00:00 00:00:00",
        "2021:13:07 08:09:10",
        "2021:02:30 08:09:10",
        "    :  :     :  :  ",
        "2021:06:07 24:00:00",
        "x",
    ],
)
def test_impossible_dates_are_none(written: str) -> None:
    assert read(jpeg(dated(written))).original is None


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ([Field(ORIGINAL, ASCII, 0xFFFFFF, WRITTEN.encode())], "a value that ends outside of the file"),
        ([Field(ORIGINAL, ASCII, 0, b"")], "an empty value"),
        ([Field(ORIGINAL, 99, 20, WRITTEN.encode())], "a date of an unknown type"),
    ],
)
def test_a_broken_tag_does_not_spoil_the_others(fields: list[Field], why: str) -> None:
    found = read(jpeg(tiff([], [*fields, text(DIGITIZED, WRITTEN)])))
    assert found.digitized == TAKEN, why


def test_loops_of_directories_end() -> None:
    head = b"II*\0\x08\0\0\0"
    itself = directory([long(EXIF_IFD, 8), long(SUB_IFDS, 8, 8, 8), text(ORIGINAL, WRITTEN)], 8, following=8)
    assert read(jpeg(head + itself)).original == TAKEN
    assert read(head + itself, "a.tif").original == TAKEN


def test_exif_is_found_after_other_segments_and_rubbish() -> None:
    before = segment(0xE0, b"JFIF\0" + bytes(9)) + segment(0xE2, bytes(60000)) + b"\xff\xff\xff\0\0\0"
    assert read(jpeg(BLOCK, before=before)).original == TAKEN


def test_a_truncated_file_keeps_what_is_legible() -> None:
    data = jpeg(BLOCK)
    end = data.index(WRITTEN.encode()) + len(WRITTEN) + 1
    assert read(data[:end]).original == TAKEN
    assert read(data[: end - 2]) == Metadata()


@pytest.mark.parametrize(
    ("facts", "original", "digitized"),
    [
        ({"d55": "20210607", "d60": "080910+0200"}, TAKEN.replace(tzinfo=TWO_HOURS_EAST), None),
        ({"d55": "20210607", "d60": "080910"}, TAKEN, None),
        ({"d55": "20210607"}, datetime(2021, 6, 7), None),
        ({"d62": "20210607", "d63": "080910+0200"}, None, TAKEN.replace(tzinfo=TWO_HOURS_EAST)),
        ({"d55": "00000000", "d60": "000000"}, None, None),
        ({"d60": "080910"}, None, None),
        ({}, None, None),
    ],
)
def test_dates_of_iptc(facts: dict[str, str], original: datetime | None, digitized: datetime | None) -> None:
    assert read(jpeg(before=iptc(**facts))) == Metadata(width=8, height=6, original=original, digitized=digitized)


def test_iptc_comes_after_exif_and_before_xmp() -> None:
    caption = iptc(d55="20110101", d60="000000")
    assert read(jpeg(BLOCK, before=caption)).original == TAKEN
    assert read(jpeg(before=caption, xmp=XMP)).original == datetime(2011, 1, 1)


def test_trail_cameras_and_the_first_digital_cameras_are_dated() -> None:
    reconyx = b"\x01\xf1" + bytes(20) + struct.pack("<6H", 10, 9, 8, 6, 7, 2021)
    assert read(jpeg(tiff([], [Field(MAKER_NOTE, UNDEFINED, len(reconyx), reconyx)]))).original == TAKEN
    seconds = int(TAKEN.replace(tzinfo=UTC).timestamp())
    picture_info = segment(0xEC, b"OLYMPUS\0[picture info]\r\nTimeDate=%d\r\n" % seconds)
    assert read(jpeg(before=picture_info)).original == TAKEN


def test_canons_heap_in_crw_and_jpeg() -> None:
    seconds = int(TAKEN.replace(tzinfo=UTC).timestamp())
    values = b"Canon\0PowerShot A5\0" + struct.pack("<III", seconds, 0, 0) + struct.pack("<II", 60, 40)
    entries = [(0x080A, 19, 0), (0x180E, 12, 19), (0x1810, 8, 31)]
    inner = values + struct.pack("<H", 3) + b"".join(struct.pack("<HII", *entry) for entry in entries)
    inner += struct.pack("<I", len(values))
    heap = inner + struct.pack("<HHII", 1, 0x300A, len(inner), 0) + struct.pack("<I", len(inner))
    ciff = b"II" + struct.pack("<I", 26) + b"HEAPCCDR" + bytes(12) + heap
    expected = Metadata(width=60, height=40, camera_make="Canon", camera_model="PowerShot A5", original=TAKEN)
    assert read(ciff, "a.crw") == expected
    in_jpeg = ciff.replace(b"HEAPCCDR", b"HEAPJPGM")
    assert read(jpeg(before=segment(0xE0, in_jpeg), size=(60, 40))) == expected


def test_a_film_tells_local_time_place_and_camera() -> None:
    data = movie(created=JUNE_7_UTC, creation_date="2021-06-07T08:09:10+0200", place="+48.8500+002.2900+035.000/")
    assert read(data, "a.mov") == Metadata(
        width=1920,
        height=1080,
        camera_make="Apple",
        camera_model="iPhone 13",
        latitude=48.85,
        longitude=2.29,
        recorded_local=TAKEN.replace(tzinfo=TWO_HOURS_EAST),
        recorded_utc=datetime(2021, 6, 7, 10, 9, 10, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("data", "local", "utc"),
    [
        (movie(created=JUNE_7_UTC), None, datetime(2021, 6, 7, 10, 9, 10, tzinfo=UTC)),
        (movie(created=JUNE_7_UTC, version=1), None, datetime(2021, 6, 7, 10, 9, 10, tzinfo=UTC)),
        (movie(created=1623053350), None, TAKEN.replace(tzinfo=UTC)),
        (movie(created=0), None, None),
        (movie(created=2**64 - 1, version=1), None, None),
        (movie(day="2021-06-07T08:09:10+0200"), TAKEN.replace(tzinfo=TWO_HOURS_EAST), None),
        (movie(day="2021-06-07"), None, None),
        (movie(brand=b"3gp4", created=JUNE_7_UTC), None, datetime(2021, 6, 7, 10, 9, 10, tzinfo=UTC)),
    ],
)
def test_dates_of_films(data: bytes, local: datetime | None, utc: datetime | None) -> None:
    found = read(data, "a.mov")
    assert (found.recorded_local, found.recorded_utc) == (local, utc)
    assert (found.width, found.height) == (1920, 1080)


@pytest.mark.parametrize(
    "written",
    [b"MON JUN  7 08:09:10 2021\n\0", b"Mon Jun 07 08:09:10 2021", b"2021-06-07  08:09:10\0\0", b"2021:06:07 08:09:10"],
)
def test_dates_of_avi_files(written: bytes) -> None:
    assert read(avi(written)) == Metadata(width=320, height=240, recorded_local=TAKEN)


def test_the_odd_dates_of_casios_avi_files() -> None:
    assert read(avi(b"2005/11/28/ 09:19")).recorded_local == datetime(2005, 11, 28, 9, 19)
    assert read(avi(b"2001/ 1/27  1:42PM")).recorded_local == datetime(2001, 1, 27, 13, 42)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [(0x04, TWO_HOURS_EAST), (0x2B, timezone(timedelta(hours=-5, minutes=-30))), (0x44, None), (0xFF, None)],
)
@pytest.mark.parametrize("prefix", [0, 4])
def test_dates_of_avchd_recordings(zone: int, expected: timezone | None, prefix: int) -> None:
    packs = {0x18: bytes((zone, 0x20, 0x21, 0x06)), 0x19: bytes((0x07, 0x08, 0x09, 0x10))}
    assert read(avchd(packs, prefix=prefix), "1.mts").recorded_local == TAKEN.replace(tzinfo=expected)


@pytest.mark.parametrize("packs", [{}, {0x18: b"\4\x20\x21\6"}, {0x18: b"\xff\xff\xff\xff", 0x19: b"\xff\xff\xff\xff"}])
def test_avchd_without_a_date(packs: dict[int, bytes]) -> None:
    assert read(avchd(packs), "1.mts") == Metadata()


def test_gif_and_bmp_tell_their_size() -> None:
    assert read(gif(60, 40)) == Metadata(width=60, height=40)
    assert read(bmp(60, -40)) == Metadata(width=60, height=40)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_what_pillow_writes_is_read(form: str, mode: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = WRITTEN
    buffer = io.BytesIO()
    Image.new(mode, (61, 43)).save(buffer, form, exif=exif.tobytes())
    found = read(buffer.getvalue())
    assert (found.width, found.height) == (61, 43)
    if form not in ("GIF", "BMP"):
        assert found.original == TAKEN
    if form not in ("GIF", "BMP", "AVIF"):  # Pillow turns AVIF's orientation into a property of the picture
        assert found.orientation == 6


@pytest.mark.parametrize("options", [{"lossless": True}, {"lossless": False}])
def test_webp_without_metadata_tells_its_size(options: dict[str, bool]) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (61, 43)).save(buffer, "WEBP", **options)
    assert read(buffer.getvalue()) == Metadata(width=61, height=43)


@pytest.mark.parametrize(
    "name", ["a.jpg", "a.png", "a.heic", "a.nef", "a.cr2", "a.raf", "a.mov", "a.mts", "a.xmp", "a.pp3"]
)
@pytest.mark.parametrize("data", [b"", b"text", bytes(5000)])
def test_nothing_is_legible_in_rubbish(data: bytes, name: str) -> None:
    assert read(data, name) == Metadata()


def test_a_reader_that_is_led_astray_gives_up() -> None:
    window = Window.on(io.BytesIO(bytes(MAX_BYTES)))
    for _ in range(MAX_READS):
        window.part(4).read(0, 1)
    with pytest.raises(Damaged):
        window.read(0, 1)


class FailingDisk(io.BytesIO):
    """A file that can be opened and not read."""

    def read(self, size: int | None = -1) -> bytes:
        raise OSError(errno.EIO, "Input/output error")


def test_an_unreadable_file_is_an_error_not_an_empty_answer() -> None:
    with pytest.raises(OSError, match="Input/output error"):
        read_metadata(FailingDisk(jpeg(BLOCK)), JPEG)


@pytest.mark.parametrize("error", [RecursionError, MemoryError, ZeroDivisionError])
def test_whatever_else_a_file_makes_its_reader_raise_concerns_that_file_alone(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_window: Window) -> Metadata:
        raise error

    monkeypatch.setitem(metadata._READERS, "image/jpeg", fail)
    with pytest.raises(metadata.UnreadableMetadata, match=error.__name__):
        read_metadata(io.BytesIO(jpeg(BLOCK)), JPEG)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_part_of_the_file_may_have_been_read_before(share: float) -> None:
    data = jpeg(BLOCK)
    head = data[: int(len(data) * share)]
    assert read_metadata(io.BytesIO(data), JPEG, head) == read_metadata(io.BytesIO(data), JPEG) != Metadata()


def test_what_was_read_before_is_not_read_again() -> None:
    data = jpeg(BLOCK)
    assert read_metadata(FailingDisk(data), JPEG, data) == read_metadata(io.BytesIO(data), JPEG)


def test_values_complete_each_other() -> None:
    trusted, other = Metadata(width=60, height=40, original=TAKEN), Metadata(width=1, height=1, digitized=TAKEN)
    assert trusted.completed_by(other) == replace(trusted, digitized=TAKEN)


@pytest.mark.parametrize(
    "path", [p for p in corpus_files() if p.suffix.lower() in (".jpg", ".jpeg", ".tiff", ".heic", ".heif")]
)
def test_sizes_of_the_samples_are_those_that_pillow_decodes(path: Path) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.register_heif_opener()
    with path.open("rb") as file:
        media_type = recognise(file.read(HEAD_BYTES), path.name)
        assert media_type is not None
        found = read_metadata(file, media_type)
    with Image.open(path) as image:
        assert {found.width, found.height} == set(image.size)


def test_there_are_sample_photographs() -> None:
    if not corpus_files():
        pytest.skip(MISSING)
    assert any(path.suffix.lower() == ".jpg" for path in corpus_files())
