"""Motion Photos: where in the file the video is, whatever the file says of it."""

import io
import struct
import time

import pillow_heif
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.motion_photos import (
    JPEG_FORMATS,
    MOVIE,
    in_box,
    item,
    listing,
    micro_video,
    motion_photo,
    packet,
    samsung,
    with_xmp,
)
from support.photo_files import box, dated, ftyp, heif, jpeg
from support.pictures import quadrants
from support.videos import video

from photobak.photo.media_type import AVIF, HEIC, JPEG, PNG, MediaType
from photobak.photo.metadata import InnerVideo, find_inner_video, read_metadata

PICTURE = jpeg(dated("2024:06:30 12:00:00"))
HEIC_PICTURE = heif(dated("2024:06:30 12:00:00"))


def find(content: bytes, media_type: MediaType = JPEG) -> InnerVideo | None:
    return find_inner_video(io.BytesIO(content), media_type)


def cut_out(content: bytes, media_type: MediaType = JPEG) -> bytes | None:
    found = find(content, media_type)
    return content[found.offset : found.offset + found.size] if found else None


@pytest.mark.parametrize("name", JPEG_FORMATS)
def test_the_video_behind_a_jpeg_is_found(name: str) -> None:
    movie = video(seconds=0.5)
    assert cut_out(JPEG_FORMATS[name](PICTURE, movie)) == movie


@pytest.mark.parametrize("media_type", [HEIC, AVIF])
def test_the_video_in_a_box_of_a_heif_file_is_found(media_type: MediaType) -> None:
    assert cut_out(in_box(HEIC_PICTURE), media_type) == MOVIE
    followed = in_box(HEIC_PICTURE) + box(b"sefd", bytes(30))
    assert cut_out(followed, media_type) == MOVIE


def test_the_video_behind_a_heif_file_is_found_by_xmp() -> None:
    file = io.BytesIO()
    xmp = listing(item("Primary", padding=8), item("MotionPhoto", length=len(MOVIE)))
    pillow_heif.from_pillow(quadrants()).save(file, xmp=xmp.encode())
    assert cut_out(file.getvalue() + box(b"skip", MOVIE), HEIC) == MOVIE


def test_a_movie_in_fragments_is_one_too() -> None:
    movie = video(seconds=0.5, options={"movflags": "frag_keyframe+empty_moov"})
    assert cut_out(motion_photo(PICTURE, movie)) == movie


@pytest.mark.parametrize(
    "rest", [struct.pack("<HHI", 0, 0x0A01, 14) + b"Image_UTC_Data1", b"\0\0", b"\xff\xd9", bytes(100)]
)
def test_what_follows_the_movie_is_no_part_of_it(rest: bytes) -> None:
    length = len(MOVIE) + len(rest)
    content = with_xmp(PICTURE, listing(item("Primary"), item("MotionPhoto", length=length))) + MOVIE + rest
    assert cut_out(content) == MOVIE


def test_parts_behind_the_video_are_counted() -> None:
    items = item("Primary"), item("MotionPhoto", length=len(MOVIE), padding=4), item("Depth", length=7)
    assert cut_out(with_xmp(PICTURE, listing(*items)) + MOVIE + bytes(11)) == MOVIE


def test_a_wrong_statement_does_not_hide_a_right_one() -> None:
    wrong = listing(item("Primary"), item("MotionPhoto", length=17))
    assert cut_out(samsung(with_xmp(PICTURE, wrong))) == MOVIE


@pytest.mark.parametrize(
    "content",
    [
        PICTURE,
        PICTURE + MOVIE,
        motion_photo(PICTURE, b""),
        motion_photo(PICTURE, bytes(len(MOVIE))),
        motion_photo(PICTURE, ftyp(b"isom") + box(b"mdat", bytes(99))),
        motion_photo(PICTURE, MOVIE)[: -len(MOVIE)],
        with_xmp(PICTURE, listing(item("Primary"), item("MotionPhoto", length=len(MOVIE)), motion=0)) + MOVIE,
        with_xmp(PICTURE, listing(item("Primary", length=len(MOVIE)))) + MOVIE,
        with_xmp(PICTURE, packet('GCamera:MicroVideo="1"')) + MOVIE,
        with_xmp(PICTURE, f'<!DOCTYPE x [<!ENTITY a "1">]>{listing(item("MotionPhoto", length=len(MOVIE)))}') + MOVIE,
        b"",
    ],
)
def test_a_photo_without_a_movie_at_the_named_place_has_none(content: bytes) -> None:
    assert find(content) is None


def test_other_formats_have_none() -> None:
    assert find(micro_video(PICTURE), PNG) is None


@pytest.mark.parametrize(
    "length",
    ["", "-5", "1e3", "0x10", "١٢٣", "9" * 12, "9" * 13, "9" * 5000, str(len(MOVIE) - 1) + " \0", "NaN", "🎞"],
)
def test_a_length_that_none_can_have_is_no_length(length: str) -> None:
    for xmp in (
        listing(item("Primary"), item("MotionPhoto", length=length.replace("\0", ""))),
        packet(f'GCamera:MicroVideo="1" GCamera:MicroVideoOffset="{length.replace(chr(0), "")}"'),
    ):
        assert find(with_xmp(PICTURE, xmp) + MOVIE) is None


def assert_inside(content: bytes, found: InnerVideo | None) -> None:
    if found is not None:
        assert 0 < found.offset < found.offset + found.size <= len(content)
        assert content[found.offset + 4 : found.offset + 8] == b"ftyp"
        assert b"moov" in content[found.offset : found.offset + found.size]


_numbers = st.integers(-(2**70), 2**70).map(str) | st.integers(0, 2 * len(MOVIE)).map(str) | st.text("0123456789-e. x")


@given(numbers=st.lists(st.tuples(_numbers, _numbers), min_size=1, max_size=5), before=_numbers, rest=st.binary())
def test_whatever_xmp_says_no_video_is_outside_of_the_file(
    numbers: list[tuple[str, str]], before: str, rest: bytes
) -> None:
    items = [item("MotionPhoto", length=length, padding=padding) for length, padding in numbers]
    xmp = listing(*items).replace(
        "GCamera:MotionPhoto=", f'GCamera:MicroVideo="1" GCamera:MicroVideoOffset="{before}" GCamera:MotionPhoto='
    )
    content = with_xmp(PICTURE, xmp) + rest + MOVIE
    assert_inside(content, find(content))


@given(
    which=st.sampled_from([*JPEG_FORMATS, "box"]),
    changes=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=6),
    kept=st.floats(0, 1),
)
@example(which="samsung", changes=[(0.999, b"\xff\xff\xff\xff")], kept=1.0)
def test_whatever_a_damaged_file_says_no_video_is_outside_of_it(
    which: str, changes: list[tuple[float, bytes]], kept: float
) -> None:
    is_box = which == "box"
    content = bytearray(in_box(HEIC_PICTURE) if is_box else JPEG_FORMATS[which](PICTURE, MOVIE))
    for place, new in changes:
        at = int(place * (len(content) - 1))
        content[at : at + len(new)] = new
    content = content[: int(len(content) * max(kept, 0.5))]
    assert_inside(bytes(content), find(bytes(content), HEIC if is_box else JPEG))


@pytest.mark.parametrize(
    "hostile",
    [
        samsung(PICTURE, box(b"free") * 500_000),
        motion_photo(PICTURE, ftyp(b"isom") + box(b"free") * 500_000),
        with_xmp(PICTURE, listing(*[item("MotionPhoto", length=len(MOVIE))] * 400)) + bytes(1_000_000),
        with_xmp(PICTURE, "<a>" * 20_000),
    ],
)
def test_a_file_that_goes_on_and_on_is_given_up_in_time(hostile: bytes) -> None:
    started = time.thread_time()
    assert find(hostile) is None
    assert time.thread_time() - started < 2  # one, and what coverage adds


def test_the_video_changes_nothing_else_that_is_read() -> None:
    for content, media_type, plain in (
        (motion_photo(PICTURE), JPEG, PICTURE),
        (samsung(PICTURE), JPEG, PICTURE),
        (in_box(HEIC_PICTURE), HEIC, HEIC_PICTURE),
    ):
        assert read_metadata(io.BytesIO(content), media_type) == read_metadata(io.BytesIO(plain), media_type)
