"""Files that are empty, cut off, too large, or made to break a decoder: each is a reason, and none a crash."""

import errno
import random
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from support.icc import rgb_profile
from support.pictures import FORMATS, encoded, opened, previews_of, quadrants
from support.progressive import progressive_jpeg

from photobak.photo.decode import decode
from photobak.photo.decoder_guard import MAX_JPEG_SCANS
from photobak.photo.media_type import DNG, GIF, JPEG, JXL, PNG, WEBP, MediaType
from photobak.photo.preview import UndecodableImage, make_previews


def refused(content: bytes, media_type: MediaType, folder: Path) -> str:
    """Why there is no preview."""
    with pytest.raises(UndecodableImage) as caught:
        previews_of(content, media_type, folder)
    return caught.value.why


@pytest.mark.parametrize("media_type", [*FORMATS.values(), DNG])
def test_an_empty_file(media_type: MediaType, tmp_path: Path) -> None:
    assert refused(b"", media_type, tmp_path) == "the file is empty"


@pytest.mark.parametrize("media_type", [*FORMATS.values(), DNG, JXL])
def test_text(media_type: MediaType, tmp_path: Path) -> None:
    assert refused(b"Dear diary, today I took no photo at all.\n", media_type, tmp_path)


def test_a_missing_file_is_not_an_undecodable_photo(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        make_previews(tmp_path / "gone.jpg", JPEG)


def test_a_failing_disk_is_not_an_undecodable_photo() -> None:
    class FailingDisk(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() >= 1024:
                raise OSError(errno.EIO, "Input/output error")
            return super().read(min(size, 1024) if size and size > 0 else 1024)

    with pytest.raises(OSError, match="Input/output error"):
        decode(FailingDisk(encoded(quadrants(2000, 2000), "JPEG")), 400)


@pytest.mark.parametrize("part", [0.02, 0.5, 0.9])
@pytest.mark.parametrize("name", FORMATS)
def test_a_truncated_file(name: str, part: float, tmp_path: Path) -> None:
    noise = Image.effect_noise((200, 150), 60).convert("RGB")
    content = encoded(noise, name)

    assert refused(content[: int(len(content) * part)], FORMATS[name], tmp_path)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_truncated_jpeg_is_called_truncated(progressive: bool, tmp_path: Path) -> None:
    content = encoded(quadrants(), "JPEG", progressive=progressive)

    assert refused(content[:-50], JPEG, tmp_path) == "the file is truncated"


def test_the_cause_is_chained(tmp_path: Path) -> None:
    with pytest.raises(UndecodableImage) as caught:
        previews_of(encoded(quadrants(), "JPEG")[:-50], JPEG, tmp_path)

    assert isinstance(caught.value.__cause__, OSError)
    assert str(caught.value) == "No preview could be made: the file is truncated"


def png_of(width: int, height: int) -> bytes:
    content = bytearray(encoded(quadrants(), "PNG"))
    content[16:24] = struct.pack(">II", width, height)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    return bytes(content)


def gif_of(width: int, height: int) -> bytes:
    content = bytearray(encoded(quadrants(), "GIF"))
    content[6:10] = struct.pack("<HH", width, height)
    return bytes(content)


def jpeg_of(width: int, height: int) -> bytes:
    content = bytearray(encoded(quadrants(), "JPEG"))
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        pytest.param(png_of(60_000, 60_000), PNG, id="png"),
        pytest.param(png_of(12_000, 12_000), PNG, id="png-below-the-limit-of-pillow"),
        pytest.param(png_of(2**31 - 1, 2**31 - 1), PNG, id="png-largest"),
        pytest.param(gif_of(65_535, 65_535), GIF, id="gif"),
        pytest.param(jpeg_of(65_500, 65_500), JPEG, id="jpeg"),
        pytest.param(encoded(Image.new("1", (16_383, 8_000)), "WEBP", lossless=True, method=0), WEBP, id="webp"),
    ],
)
def test_a_decompression_bomb_is_refused_by_its_header(content: bytes, media_type: MediaType, tmp_path: Path) -> None:
    assert "megapixels" in refused(content, media_type, tmp_path)


def test_a_phone_photo_of_200_megapixels_is_not_too_large(tmp_path: Path) -> None:
    # Most of its data are missing, but it has an end: the decoder fills the gap with grey.
    previews = previews_of(jpeg_of(16_384, 12_288), JPEG, tmp_path)

    assert (previews.width, previews.height) == (16_384, 12_288)


def test_a_jpeg_that_would_keep_the_decoder_busy_for_minutes(tmp_path: Path) -> None:
    assert "scans" in refused(progressive_jpeg(64, 64, scans=MAX_JPEG_SCANS + 1), JPEG, tmp_path)


def test_a_jpeg_of_many_scans(tmp_path: Path) -> None:
    assert previews_of(progressive_jpeg(64, 64, scans=MAX_JPEG_SCANS), JPEG, tmp_path).width == 64


EXIF_TURNED = bytes.fromhex("4d4d002a00000008000101120003000000010006000000000000")
SEEDS = [(name, encoded(quadrants(), name)) for name in FORMATS] + [
    (name, encoded(quadrants(), name, exif=EXIF_TURNED, icc_profile=rgb_profile()))
    for name in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF")
]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.sampled_from(SEEDS), choices=st.randoms(use_true_random=False))
def test_damaged_files_give_previews_or_a_reason(
    seed: tuple[str, bytes], choices: random.Random, tmp_path: Path
) -> None:
    name, content = seed[0], bytearray(seed[1])
    for _ in range(choices.choice((1, 2, 8))):
        at = choices.randint(0, len(content))  # the end too: a file may have lost all its bytes
        damage = choices.choice((b"\xff" * 4, bytes(4), bytes([choices.randrange(256)]), b""))
        content[at : at + choices.choice((1, 4, 40))] = damage
    try:
        previews = previews_of(bytes(content) or b"\0", FORMATS[name], tmp_path)
    except UndecodableImage as error:
        reason = error.why
    else:
        reason = ""
        assert opened(previews.web).width <= 2000
    assert "\n" not in reason
