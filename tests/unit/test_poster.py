"""Posters of videos as cameras write them, and what becomes of files that are none."""

import io
import random
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from support.photo_files import movie
from support.pictures import alike, opened, pixel
from support.videos import video

from photobak.photo import media_type as types
from photobak.photo import poster
from photobak.photo.decoder_guard import UndecodableImage
from photobak.photo.media_type import HEAD_BYTES, MediaType, recognise
from photobak.photo.poster import make_poster
from photobak.photo.preview import Previews

RED, WHITE = (200, 20, 20), (255, 255, 255)
SEED = 20261128
WRITTEN: dict[str, dict[str, Any]] = {
    "h264.mp4": {},
    "mjpeg.mov": {"container": "mov", "codec": "mjpeg", "pixels": "yuvj420p"},
    "hevc10.mov": {"container": "mov", "codec": "libx265", "pixels": "yuv420p10le"},
    "mpeg4.avi": {"container": "avi", "codec": "mpeg4"},
    "h264.mts": {"container": "mpegts"},
    "h264.mkv": {"container": "matroska"},
    "vp8.webm": {"container": "webm", "codec": "libvpx"},
    "wmv2.wmv": {"container": "asf", "codec": "wmv2"},
    "flv1.flv": {"container": "flv", "codec": "flv"},
    "h264.3gp": {"container": "3gp"},
    "mpeg2.mpg": {"container": "mpeg", "codec": "mpeg2video"},
}
"""By file name, how it is made."""


def poster_of(content: bytes, media_type: MediaType = types.MP4) -> Previews:
    return make_poster(io.BytesIO(content), media_type)


def reason(content: bytes, media_type: MediaType = types.MP4) -> str:
    with pytest.raises(UndecodableImage) as error:
        poster_of(content, media_type)
    return error.value.why


@pytest.mark.parametrize("name", WRITTEN)
def test_every_kind_of_video_has_a_poster(name: str) -> None:
    content = video(**WRITTEN[name])
    media_type = recognise(content[:HEAD_BYTES], name)
    assert media_type is not None
    made = poster_of(content, media_type)
    assert (made.width, made.height) == (320, 240)
    assert made.duration == pytest.approx(3.0, abs=0.5)
    assert alike(pixel(opened(made.web), 80, 120), RED, 20)
    assert opened(made.thumb).size == (320, 240)
    assert made.thumbhash


@pytest.mark.parametrize("turned", [90, 270])
def test_it_is_upright(turned: int) -> None:
    made = poster_of(video(turned=turned))
    assert (made.width, made.height) == (240, 320)
    web = opened(made.web)
    bar = 230 if turned == 90 else 10  # the white bar, at the top of the frame as stored
    assert alike(pixel(web, bar, 40), WHITE, 20)
    assert alike(pixel(web, 120, 40 if turned == 90 else 280), RED, 20)


def test_pixels_that_are_not_square_are_stretched() -> None:
    made = poster_of(video(aspect=Fraction(4, 3)))
    assert (made.width, made.height) == (427, 240)


def test_it_shows_the_tenth_part_and_not_the_first_picture() -> None:
    """The right half goes from black to blue."""
    made = poster_of(video(seconds=20.0))
    assert pixel(opened(made.web), 240, 120)[2] > 60


def test_a_large_video_has_a_web_view_of_2000_pixels() -> None:
    made = poster_of(video((3840, 2160), seconds=0.2, codec="mjpeg", pixels="yuvj420p"))
    assert (made.width, made.height) == (3840, 2160)
    assert opened(made.web).size == (2000, 1125)


def test_what_has_no_pictures_says_so() -> None:
    assert "no pictures" in reason(movie())
    assert "damaged" in reason(b"no video at all" * 100)
    assert "damaged" in reason(b"")
    assert "damaged" in reason(video()[:2000])


@pytest.mark.parametrize(
    "playlist",
    [
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 5004 RTP/AVP 96\r\n",
    ],
)
def test_a_playlist_opens_no_other_file(playlist: bytes) -> None:
    for media_type in dict.fromkeys(poster._FORMATS):
        assert reason(playlist, media_type)


def test_a_codec_of_no_camera_is_not_decoded() -> None:
    assert "(png)" in reason(video(container="mov", codec="png", pixels="rgb24"), types.MOV)


def test_a_video_of_too_many_pixels_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poster, "MAX_PIXELS", 320 * 240 - 1)
    assert "megapixels" in reason(video())


def test_a_format_that_is_not_supported_is_not_guessed() -> None:
    assert "not supported" in reason(video(), replace(types.MP4, content_type="video/unknown"))


def test_a_damaged_video_is_damaged_and_nothing_worse() -> None:
    chance = random.Random(SEED)
    whole = video(seconds=1.0), video(seconds=1.0, container="mpegts"), video(seconds=1.0, container="matroska")
    for number in range(300):
        content = bytearray(whole[number % 3])
        for _ in range(chance.randint(1, 20)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        with suppress(UndecodableImage):
            assert poster_of(bytes(content), (types.MP4, types.MTS, types.MKV)[number % 3]).thumb


def test_what_the_file_raises_is_left_as_it_is() -> None:
    class Broken(io.BytesIO):
        def read(self, _length: int | None = -1, /) -> bytes:
            raise UndecodableImage("too much to read")

    with pytest.raises(UndecodableImage, match="too much to read"):
        make_poster(Broken(video()), types.MP4)


def test_previews_go_from_function_to_function() -> None:
    made = poster_of(video())
    assert Previews.from_json(made.to_json()) == made
