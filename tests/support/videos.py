"""Videos made for tests, by PyAV: a colour that changes with time, in the containers and codecs of cameras."""

import io
import math
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageDraw

RATE = 10
"""Pictures a second."""

_TURNED = {
    0: (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000),
    90: (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000),
    270: (0, -0x10000, 0, 0x10000, 0, 0, 0, 0, 0x40000000),
}
"""Matrices of ``tkhd``, by degrees clockwise (QuickTime File Format, "Matrices")."""


def picture(size: tuple[int, int], second: float) -> Image.Image:
    """A red left half and a right half that goes from black to blue, with a white bar at the top."""
    width, height = size
    image = Image.new("RGB", size, (200, 20, 20))
    draw = ImageDraw.Draw(image)
    draw.rectangle((width // 2, 0, width, height), fill=(0, 0, min(255, round(second * 50))))
    draw.rectangle((0, 0, width, height // 10), fill="white")
    return image


def video(
    size: tuple[int, int] = (320, 240),
    *,
    seconds: float = 3.0,
    container: str = "mp4",
    codec: str = "libx264",
    pixels: str = "yuv420p",
    turned: int = 0,
    aspect: Fraction | None = None,
    options: dict[str, str] | None = None,
) -> bytes:
    """A video.

    Args:
        size: of its frames, as stored.
        seconds: how long it is.
        container: FFmpeg's name of the format.
        codec: FFmpeg's name of the encoder.
        pixels: FFmpeg's name of the pixel format.
        turned: degrees clockwise that a player turns it: 0, 90 or 270; of MP4 and MOV.
        aspect: of a pixel; None for square.
        options: of the container.
    """
    file = io.BytesIO()
    with av.open(file, "w", format=container, options=options or {}) as output:
        stream: Any = output.add_stream(codec, rate=RATE)
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        stream.codec_context.gop_size = RATE
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        for number in range(math.ceil(seconds * RATE)):
            frame: Any = av.VideoFrame.from_image(picture(size, number / RATE))  # type: ignore[no-untyped-call]
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return _turned(file.getvalue(), turned) if turned else file.getvalue()


def _turned(movie: bytes, degrees: int) -> bytes:
    upright, wanted = (struct.pack(">9i", *_TURNED[each]) for each in (0, degrees))
    start = movie.index(b"tkhd")
    at = movie.index(upright, start)
    return movie[:at] + wanted + movie[at + len(upright) :]


def large_video(path: Path, size: int) -> None:
    """An MP4 of about ``size`` bytes with its index at the end, as phones write it."""
    with av.open(str(path), "w", format="mp4") as output:
        stream: Any = output.add_stream("mjpeg", rate=30)
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuvj420p"
        file = io.BytesIO()
        Image.effect_noise((1920, 1080), 40).convert("RGB").save(file, "JPEG", quality=75, subsampling=2)
        content = file.getvalue()
        for number in range(size // len(content)):
            packet = av.Packet(content)
            packet.stream, packet.pts, packet.dts = stream, number, number
            packet.time_base, packet.duration, packet.is_keyframe = Fraction(1, 30), 1, True
            output.mux(packet)
