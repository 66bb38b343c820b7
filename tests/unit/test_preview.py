"""What previews look like: sizes, orientation, colours, and what they don't carry."""

import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from support.corpus import MISSING, corpus, corpus_files
from support.icc import rgb_profile
from support.pictures import (
    BLUE,
    FORMATS,
    GREEN,
    ORIENTATION,
    RED,
    YELLOW,
    alike,
    corners,
    encoded,
    opened,
    pixel,
    previews_of,
    quadrants,
    riff_chunks,
)

from photobak.photo.decode import fit
from photobak.photo.kind import Kind
from photobak.photo.media_type import GIF, HEAD_BYTES, JPEG, PNG, PSD, TIFF, MediaType, recognise
from photobak.photo.preview import (
    THUMB_MAX_HEIGHT,
    THUMB_WIDTH,
    WEB_LONG_EDGE,
    make_previews,
)

UPRIGHT = (RED, GREEN, BLUE, YELLOW)
# How a camera's sensor must have stored an upright picture for this orientation to be right (the inverse of upright).
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def stored(picture: Image.Image, orientation: int) -> Image.Image:
    transposition = STORED[orientation]
    return picture if transposition is None else picture.transpose(transposition)


def with_orientation(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif.tobytes()


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_both_previews(name: str, tmp_path: Path) -> None:
    previews = previews_of(encoded(quadrants(), name), FORMATS[name], tmp_path)

    assert (previews.width, previews.height) == (64, 48)
    for webp in (previews.thumb, previews.web):
        assert all(map(alike, corners(opened(webp)), UPRIGHT))


@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("orientation", STORED)
def test_previews_are_upright(name: str, orientation: int, tmp_path: Path) -> None:
    content = encoded(stored(quadrants(), orientation), name, exif=with_orientation(orientation))

    previews = previews_of(content, FORMATS[name], tmp_path)

    assert (previews.width, previews.height) == (64, 48)
    for webp in (previews.thumb, previews.web):
        assert opened(webp).size == (64, 48)
        assert all(map(alike, corners(opened(webp)), UPRIGHT))


@pytest.mark.parametrize("orientation", STORED)
def test_a_large_jpeg_decoded_at_a_fraction_of_its_size_is_upright_and_whole(orientation: int, tmp_path: Path) -> None:
    content = encoded(stored(quadrants(5001, 2999), orientation), "JPEG", exif=with_orientation(orientation))

    previews = previews_of(content, JPEG, tmp_path)

    assert (previews.width, previews.height) == (5001, 2999)
    assert opened(previews.web).size == (2000, 1199)
    assert opened(previews.thumb).size == (400, 240)
    assert all(map(alike, corners(opened(previews.web)), UPRIGHT))


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_impossible_orientation_is_none(orientation: int, tmp_path: Path) -> None:
    previews = previews_of(encoded(quadrants(), "JPEG", exif=with_orientation(orientation)), JPEG, tmp_path)

    assert all(map(alike, corners(opened(previews.web)), UPRIGHT))


def test_broken_exif_does_not_cost_the_preview(tmp_path: Path) -> None:
    exif = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12\0\x03"

    assert previews_of(encoded(quadrants(), "JPEG", exif=exif), JPEG, tmp_path).width == 64


@pytest.mark.parametrize(
    ("size", "thumb", "web"),
    [
        ((1, 1), (1, 1), (1, 1)),
        ((399, 20), (399, 20), (399, 20)),
        ((2400, 1600), (400, 267), (2000, 1333)),
        ((1600, 2400), (400, 600), (1333, 2000)),
        ((12000, 10), (400, 1), (2000, 2)),
        ((400, 1600), (400, 1600), (400, 1600)),
        ((500, 16000), (50, 1600), (62, 2000)),
        ((1, 12000), (1, 1600), (1, 2000)),
    ],
)
def test_sizes(size: tuple[int, int], thumb: tuple[int, int], web: tuple[int, int], tmp_path: Path) -> None:
    previews = previews_of(encoded(Image.new("L", size, 128), "PNG"), PNG, tmp_path)

    assert (previews.width, previews.height) == size
    assert opened(previews.thumb).size == thumb
    assert opened(previews.web).size == web


@given(width=st.integers(1, 70_000), height=st.integers(1, 70_000))
def test_a_preview_is_within_its_bounds_never_enlarged_and_keeps_its_proportions(width: int, height: int) -> None:
    for max_width, max_height in ((THUMB_WIDTH, THUMB_MAX_HEIGHT), (WEB_LONG_EDGE, WEB_LONG_EDGE)):
        small_width, small_height = fit((width, height), max_width, max_height)

        assert 1 <= small_width <= min(width, max_width)
        assert 1 <= small_height <= min(height, max_height)
        assert small_width in (width, max_width) or small_height in (height, max_height)
        # Rounding moves each edge by half a pixel at most, except that no edge becomes 0.
        assert abs(small_width * height - small_height * width) <= max(width, height)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(width=st.integers(1, 900), height=st.integers(1, 900), name=st.sampled_from(["JPEG", "PNG", "GIF", "WEBP"]))
def test_any_size_gives_previews_of_its_proportions(width: int, height: int, name: str, tmp_path: Path) -> None:
    previews = previews_of(encoded(Image.new("RGB", (width, height), GREEN), name), FORMATS[name], tmp_path)

    assert (previews.width, previews.height) == (width, height)
    assert opened(previews.web).size == (width, height)
    assert opened(previews.thumb).size == fit((width, height), THUMB_WIDTH, THUMB_MAX_HEIGHT)
    assert alike(pixel(opened(previews.thumb).convert("RGB"), 0, 0), GREEN)


def test_colours_without_profile_are_srgb(tmp_path: Path) -> None:
    previews = previews_of(encoded(Image.new("RGB", (64, 64), (200, 100, 100)), "PNG"), PNG, tmp_path)

    assert alike(pixel(opened(previews.web), 32, 32), (200, 100, 100), 3)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF", "HEIF"])
def test_colours_of_another_profile_are_converted_to_srgb(name: str, tmp_path: Path) -> None:
    # What Display P3 writes as (234, 51, 35) is the red that sRGB writes as (255, 0, 0).
    content = encoded(Image.new("RGB", (64, 64), (234, 51, 35)), name, icc_profile=rgb_profile())

    previews = previews_of(content, FORMATS[name], tmp_path)

    for webp in (previews.thumb, previews.web):
        assert alike(pixel(opened(webp), 32, 32), (255, 0, 0), 8)


def test_srgb_with_its_profile_stays_as_it_is(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = encoded(Image.new("RGB", (64, 64), (200, 100, 100)), "PNG", icc_profile=profile)

    assert alike(pixel(opened(previews_of(content, PNG, tmp_path).web), 32, 32), (200, 100, 100), 3)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("profile", [b"no profile", rgb_profile()[:150], rgb_profile()])
def test_a_profile_that_is_broken_or_for_another_mode_is_left_aside(mode: str, profile: bytes, tmp_path: Path) -> None:
    content = encoded(Image.new("RGB", (64, 64), (128, 128, 128)).convert(mode), "JPEG", icc_profile=profile)

    assert alike(pixel(opened(previews_of(content, JPEG, tmp_path).web), 32, 32), (128, 128, 128))


@pytest.mark.parametrize("name", ["JPEG", "TIFF"])
def test_cmyk(name: str, tmp_path: Path) -> None:
    previews = previews_of(encoded(quadrants().convert("CMYK"), name), FORMATS[name], tmp_path)

    assert all(map(alike, corners(opened(previews.web)), UPRIGHT))


def test_a_psd_shows_its_merged_picture(tmp_path: Path) -> None:
    header = struct.pack(">4sH6xHIIHH", b"8BPS", 1, 3, 48, 64, 8, 3)
    content = header + bytes(12) + bytes(2) + b"".join(channel.tobytes() for channel in quadrants().split())

    assert all(map(alike, corners(opened(previews_of(content, PSD, tmp_path).web)), UPRIGHT))


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "LAB", "YCbCr", "I;16", "I;16B", "I", "F"])
def test_every_mode_of_tiff(mode: str, tmp_path: Path) -> None:
    gradient = Image.linear_gradient("L")
    if mode.startswith("I;16"):
        gradient = gradient.convert("I").point(lambda value: value * 257)

    thumb = opened(previews_of(encoded(gradient.convert(mode), "TIFF"), TIFF, tmp_path).thumb).convert("RGB")

    (above, *_), (below, *_) = (pixel(thumb.crop((0, top, 256, top + 16)).reduce((256, 16)), 0, 0) for top in (0, 240))
    assert above < 40
    assert below > 215


def test_sixteen_bits_of_grey_are_scaled_and_not_cut_off(tmp_path: Path) -> None:
    picture = Image.new("I;16", (64, 64), 0x8000)

    for name in ("PNG", "TIFF"):
        previews = previews_of(encoded(picture, name), FORMATS[name], tmp_path)
        assert alike(pixel(opened(previews.web), 32, 32), (128, 128, 128), 3)


def test_a_large_picture_of_sixteen_bits(tmp_path: Path) -> None:
    previews = previews_of(encoded(Image.new("I;16", (9000, 100), 0x4000), "TIFF"), TIFF, tmp_path)

    assert alike(pixel(opened(previews.web), 1000, 10), (64, 64, 64), 3)


def test_sixteen_bits_of_colour(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" + struct.pack(">3H", 0xC800, 0x6400, 0x1E00) * 8
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0))
    png = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(row * 8)) + chunk(b"IEND", b"")

    assert alike(pixel(opened(previews_of(png, PNG, tmp_path).web), 4, 4), (0xC8, 0x64, 0x1E))


@pytest.mark.parametrize("name", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_transparency_stays(name: str, tmp_path: Path) -> None:
    picture = quadrants().convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))

    web = opened(previews_of(encoded(picture, name), FORMATS[name], tmp_path).web)

    assert web.mode == "RGBA"
    assert pixel(web, 32, 1)[3] < 20
    assert pixel(web, 32, 46)[3] > 235


def test_transparency_with_a_colour_profile(tmp_path: Path) -> None:
    content = encoded(Image.new("RGBA", (64, 64), (234, 51, 35, 100)), "PNG", icc_profile=rgb_profile())

    assert alike(pixel(opened(previews_of(content, PNG, tmp_path).web), 32, 32), (255, 0, 0, 100), 8)


def test_a_transparent_colour_of_a_palette(tmp_path: Path) -> None:
    picture = Image.new("P", (64, 64), 1)
    picture.putpalette([0, 0, 0, *RED])
    picture.paste(0, (0, 0, 32, 64))

    for name, media_type in (("PNG", PNG), ("GIF", GIF)):
        web = opened(previews_of(encoded(picture, name, transparency=0), media_type, tmp_path).web)
        assert pixel(web.convert("RGBA"), 8, 32)[3] == 0
        assert alike(pixel(web.convert("RGB"), 56, 32), RED)


@pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG", "TIFF", "AVIF", "HEIF"])
def test_of_several_frames_the_first_one_is_shown(name: str, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (64, 48), colour) for colour in (GREEN, RED, BLUE)]
    content = encoded(frames[0], name, save_all=True, append_images=frames[1:])

    assert alike(pixel(opened(previews_of(content, FORMATS[name], tmp_path).thumb).convert("RGB"), 32, 24), GREEN)


def test_of_the_pictures_in_an_mpo_the_first_one_is_shown(tmp_path: Path) -> None:
    content = encoded(quadrants(), "MPO", save_all=True, append_images=[Image.new("RGB", (32, 32), RED)])

    assert all(map(alike, corners(opened(previews_of(content, JPEG, tmp_path).web)), UPRIGHT))


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_nothing_of_the_metadata_gets_into_the_previews(name: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x010F] = "Make of the camera"
    exif.get_ifd(0x8825)[1] = "N"
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
    content = encoded(quadrants(), name, exif=exif.tobytes(), xmp=xmp, icc_profile=rgb_profile())
    assert b"Make of the camera" in content

    previews = previews_of(content, FORMATS[name], tmp_path)

    assert set(riff_chunks(previews.thumb)) == {b"VP8 "}
    assert set(riff_chunks(previews.web)) == {b"VP8 "}


def test_the_same_photo_gives_the_same_previews(tmp_path: Path) -> None:
    content = encoded(quadrants(3000, 2000), "JPEG")

    assert previews_of(content, JPEG, tmp_path) == previews_of(content, JPEG, tmp_path)


def sample_photos() -> list[Any]:
    """Path and media type of each sample; a skipped one where there are none."""
    types = {path: recognise(path.read_bytes()[:HEAD_BYTES], path.name) for path in corpus_files()}
    samples = [
        pytest.param(path, media_type, id=str(path.relative_to(corpus())))
        for path, media_type in types.items()
        if media_type and media_type.kind is Kind.PHOTO
    ]
    return samples or [pytest.param(None, None, marks=pytest.mark.skip(reason=MISSING))]


@pytest.mark.parametrize(("path", "media_type"), sample_photos())
def test_every_sample_photo_gives_previews(path: Path, media_type: MediaType) -> None:
    previews = make_previews(path, media_type)

    assert opened(previews.thumb).width == min(previews.width, THUMB_WIDTH)
    assert max(opened(previews.web).size) == min(max(previews.width, previews.height), WEB_LONG_EDGE)


@pytest.mark.skipif(not corpus_files(), reason=MISSING)
@pytest.mark.parametrize("shape", ["landscape", "portrait"])
def test_the_eight_orientations_of_a_real_photo_look_alike(shape: str) -> None:
    photos = [make_previews(corpus() / f"jpg/orientation/{shape}_{i}.jpg", JPEG) for i in range(1, 9)]

    assert len({(photo.width, photo.height) for photo in photos}) == 1
    first = corners(opened(photos[0].thumb).reduce(40))
    for photo in photos:
        assert all(map(alike, corners(opened(photo.thumb).reduce(40)), first))
