"""Camera raw files: the largest JPEG inside is what is shown."""

from pathlib import Path

import pytest
from support.photo_files import ORIENTATION, long, raf, short, tiff
from support.pictures import BLUE, GREEN, RED, YELLOW, alike, corners, encoded, opened, previews_of, quadrants

from photobak.photo.decoder_guard import count_scans
from photobak.photo.media_type import CR2, CR3, DNG, RAF, MediaType
from photobak.photo.preview import UndecodableImage
from photobak.photo.raw_preview import frame_size

IMAGE_WIDTH, IMAGE_LENGTH = 0x0100, 0x0101
SMALL = encoded(quadrants(32, 24).convert("L"), "JPEG")
LARGE = encoded(quadrants(640, 480), "JPEG")
SENSOR_DATA = b"\xff\xd8\xff\xc4\0\x04\0\0\xff\xc3\0\x0b\x0e\x20\0\x20\0\x01\x01\x11\0" + bytes(range(256)) * 40


def raw_file(*jpegs: bytes, orientation: int = 1) -> bytes:
    """A TIFF that says it has 6000 x 4000 pixels, with sensor data (a lossless JPEG) and previews after it."""
    fields = [long(IMAGE_WIDTH, 6000), long(IMAGE_LENGTH, 4000), short(ORIENTATION, orientation)]
    return tiff(fields) + SENSOR_DATA + b"".join(jpegs)


@pytest.mark.parametrize("jpegs", [(SMALL, LARGE), (LARGE, SMALL)])
def test_the_largest_jpeg_is_shown_and_the_sensor_data_are_not(jpegs: tuple[bytes, ...], tmp_path: Path) -> None:
    previews = previews_of(raw_file(*jpegs), DNG, tmp_path)

    assert opened(previews.web).size == (640, 480)
    assert all(map(alike, corners(opened(previews.web)), (RED, GREEN, BLUE, YELLOW)))


def test_the_size_is_that_of_the_sensor_and_upright(tmp_path: Path) -> None:
    previews = previews_of(raw_file(LARGE, orientation=6), DNG, tmp_path)

    assert (previews.width, previews.height) == (4000, 6000)
    assert opened(previews.web).size == (480, 640)
    assert all(map(alike, corners(opened(previews.web)), (BLUE, RED, YELLOW, GREEN)))


def test_the_orientation_of_the_jpeg_itself_goes_before_that_of_the_file(tmp_path: Path) -> None:
    exif = tiff([short(ORIENTATION, 3)])
    jpeg = encoded(quadrants(640, 480), "JPEG", exif=b"Exif\0\0" + exif)

    previews = previews_of(raw_file(jpeg, orientation=6), DNG, tmp_path)

    assert all(map(alike, corners(opened(previews.web)), (YELLOW, BLUE, GREEN, RED)))


def test_the_thumbnail_inside_of_the_exif_of_a_raf_is_not_taken_for_the_photo(tmp_path: Path) -> None:
    jpeg = encoded(quadrants(640, 480), "JPEG", exif=b"Exif\0\0" + tiff() + SMALL)

    assert opened(previews_of(raf(jpeg), RAF, tmp_path).web).size == (640, 480)


@pytest.mark.parametrize("media_type", [DNG, CR2, CR3])
def test_a_raw_file_without_jpeg(media_type: MediaType, tmp_path: Path) -> None:
    with pytest.raises(UndecodableImage) as caught:
        previews_of(raw_file(), media_type, tmp_path)

    assert media_type.content_type in caught.value.why


def test_a_raw_file_that_ends_within_its_jpeg(tmp_path: Path) -> None:
    with pytest.raises(UndecodableImage) as caught:
        previews_of(raw_file(LARGE[:-100]), DNG, tmp_path)

    assert caught.value.why == "the file is truncated"


@pytest.mark.parametrize("content", [b"\xff\xd8\xff" * 5000, b"\xff\xd8" + b"\xff\xe0\0\x02" * 100_000])
def test_a_file_of_nothing_but_beginnings(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(UndecodableImage):
        previews_of(content, DNG, tmp_path)


@pytest.mark.parametrize("end", range(0, len(SMALL), 7))
def test_a_frame_header_that_is_cut_off_has_no_size(end: int) -> None:
    assert frame_size(SMALL[:end], 0) in (None, (32, 24))


def test_scans_are_counted_up_to_the_end_of_the_first_picture() -> None:
    assert count_scans(LARGE + LARGE) == 1
    assert count_scans(encoded(quadrants(), "JPEG", progressive=True)) == 10


def test_a_scan_can_not_hide_in_a_thumbnail_or_be_one() -> None:
    assert count_scans(encoded(quadrants(), "JPEG", comment=b"\xff\xda" * 50)) == 1
