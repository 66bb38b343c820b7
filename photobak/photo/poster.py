"""Makes the poster of a video: one of its pictures, from which the previews are made as those of a photo.

FFmpeg, by PyAV, seeks to a tenth of the video and decodes one key frame there. Only the index of the file and a few MB
around that frame are read. A video is hostile input: its format is not guessed but given, nothing outside of it is
opened, and size, codec, packets and bytes are limited.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NoReturn, Protocol

from photobak.photo import media_type as types
from photobak.photo.decode import Picture, Size, fit
from photobak.photo.decoder_guard import MAX_QUOTED_CHARACTERS, UndecodableImage
from photobak.photo.media_type import MediaType
from photobak.photo.metadata.quicktime import MAX_DURATION
from photobak.photo.preview import WEB_LONG_EDGE, Previews, previews_of_picture

if TYPE_CHECKING:
    from av import VideoFrame, VideoStream
    from av.container import InputContainer
    from PIL import Image

# From the content: left to itself, FFmpeg would also find playlists in a file, which name other files.
_FORMATS: Final[Mapping[MediaType, str]] = {
    **dict.fromkeys((types.MOV, types.MP4, types.M4V, types.THREE_GP, types.THREE_G2), "mov"),
    types.AVI: "avi",
    types.MTS: "mpegts",
    types.MPEG: "mpeg",
    types.MKV: "matroska",
    types.WEBM: "matroska",
    types.WMV: "asf",
    types.FLV: "flv",
    types.DV: "dv",
}
_CODECS: Final = frozenset({
    "h264", "hevc", "av1", "libdav1d", "vp8", "libvpx", "vp9", "libvpx-vp9", "mpeg4", "h263", "mjpeg", "mpeg1video",
    "mpeg2video", "prores", "dvvideo", "msmpeg4v2", "msmpeg4", "wmv1", "wmv2", "wmv3", "vc1", "flv", "vp6f",
})  # fmt: skip
"""Decoders of what cameras, phones and messengers write; any other is one more decoder to attack."""

MAX_PIXELS: Final = 50_000_000
"""Of a frame: 8K has 33 million, and decoding it takes 119 MB."""
_MAX_PACKETS: Final = 3_000
"""Until a key frame is found: more than ten seconds of pictures and sound."""
_READ_BYTES: Final = 256 * 1024
"""What FFmpeg asks for at a time."""
_PLACE: Final = 0.1
"""Of the duration: the first picture is often black, or the ground."""
_MICROSECONDS: Final = 1_000_000


class Readable(Protocol):
    """What FFmpeg needs of a file."""

    def read(self, length: int, /) -> bytes:
        """Up to ``length`` bytes; none at the end."""

    def seek(self, offset: int, whence: int = ..., /) -> int:
        """Go to a place."""

    def tell(self) -> int:
        """Where the next read begins."""


def make_poster(file: Readable, media_type: MediaType) -> Previews:
    """Make the previews of a video from one of its pictures.

    Args:
        file: seekable.
        media_type: of its content.

    Raises:
        UndecodableImage: no picture can be had; ``why`` is the reason for a person.
        Exception: whatever ``file`` raises.
    """
    container_format = _FORMATS.get(media_type)
    if container_format is None:
        raise UndecodableImage(f"posters of {media_type.content_type} are not supported")
    import av  # 0.1 s, which photos do without

    options: Any = {"io_open": _nothing_else, "buffer_size": _READ_BYTES, "metadata_errors": "replace"}
    with _errors_as_undecodable(), av.open(file, "r", container_format, **options) as container:
        stream = _checked(container)
        duration = _seconds(container)
        frame = _key_frame(container, stream, duration)
        return replace(previews_of_picture(_picture(frame, stream)), duration=duration)


def _nothing_else(url: str, _flags: int, _options: object) -> NoReturn:
    """A file may name others: pieces of a movie, keys, the next playlist."""
    raise UndecodableImage(f"it refers to another file ({url[:MAX_QUOTED_CHARACTERS]})")


def _checked(container: "InputContainer") -> "VideoStream":
    """The first stream of pictures, once it is known to be one that can be decoded within the limits."""
    stream = next((each for each in container.streams.video if not _is_cover(each)), None)
    if stream is None:
        raise UndecodableImage("it has no pictures")
    codec = stream.codec_context
    if codec is None:
        raise UndecodableImage("its codec is not known")
    if codec.codec.name not in _CODECS:
        raise UndecodableImage(f"its codec ({codec.codec.name}) is not supported")
    if codec.width * codec.height > MAX_PIXELS:
        raise UndecodableImage(f"{codec.width * codec.height // 1_000_000:,} megapixels are too many to decode")
    codec.thread_count = 1
    codec.skip_frame = "NONKEY"
    return stream


def _is_cover(stream: "VideoStream") -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def _seconds(container: "InputContainer") -> float | None:
    if container.duration is None:
        return None
    seconds = round(container.duration / _MICROSECONDS, 3)
    return seconds if 0 < seconds <= MAX_DURATION else None


def _key_frame(container: "InputContainer", stream: "VideoStream", duration: float | None) -> "VideoFrame":
    if duration is not None:
        start = max(0, container.start_time or 0)
        container.seek(start + int(duration * _PLACE * _MICROSECONDS))
        if (frame := _next_frame(container, stream)) is not None:
            return frame
        container.seek(start)
    frame = _next_frame(container, stream)
    if frame is None:
        raise UndecodableImage("no picture of it can be decoded")
    return frame


def _next_frame(container: "InputContainer", stream: "VideoStream") -> "VideoFrame | None":
    for number, packet in enumerate(container.demux(stream)):
        if number >= _MAX_PACKETS:
            return None
        for frame in stream.codec_context.decode(packet):
            if frame.width * frame.height > MAX_PIXELS:  # a stream may change it on its way
                raise UndecodableImage("its pictures grow too large to decode")
            return frame
    return None


def _picture(frame: "VideoFrame", stream: "VideoStream") -> Picture:
    """The frame as people see it: pixels square, upright, and no larger than the web view."""
    aspect = stream.sample_aspect_ratio
    stretch = float(aspect) if aspect else 1.0
    width = round(frame.width * stretch) if 0.1 < stretch < 10 else frame.width
    shown: Size = (max(1, width), frame.height)
    width, height = fit(shown, WEB_LONG_EDGE, WEB_LONG_EDGE)
    image: Image.Image = frame.reformat(width=width, height=height, format="rgb24").to_image()  # type: ignore[no-untyped-call]
    turn = frame.rotation % 360  # degrees, counter-clockwise
    if turn:
        image = image.rotate(turn, expand=True)
    return Picture(image, *(shown[::-1] if turn in (90, 270) else shown))


@contextmanager
def _errors_as_undecodable() -> Iterator[None]:
    """Turn whatever FFmpeg and PyAV raise into ``UndecodableImage``; what the file itself raises is left as it is."""
    from av import FFmpegError

    try:
        yield
    except FFmpegError as error:
        raise UndecodableImage(f"the video is damaged ({_told(error)})") from error
    except (ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, StopIteration, ValueError) as error:
        raise UndecodableImage(f"the video is damaged ({_told(error)})") from error


def _told(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return " ".join(text.split())[:MAX_QUOTED_CHARACTERS] or type(error).__name__
