"""Metadata of photos and videos, read straight from their bytes: one module a format family, one value for all."""

from collections.abc import Callable
from typing import BinaryIO, Final, TypeVar

from photobak.photo import media_type as types
from photobak.photo.media_type import MediaType
from photobak.photo.metadata.bitmaps import read_bmp, read_gif, read_png
from photobak.photo.metadata.ciff import read_ciff
from photobak.photo.metadata.heif import read_heif, read_jxl
from photobak.photo.metadata.jpeg import read_jpeg
from photobak.photo.metadata.motion_photo import InnerVideo, find_in_heif, find_in_jpeg
from photobak.photo.metadata.mpeg_ts import read_mpeg_ts
from photobak.photo.metadata.quicktime import read_quicktime
from photobak.photo.metadata.raw import read_cr2, read_cr3, read_raf, read_rw2, read_tiff
from photobak.photo.metadata.riff import read_avi, read_webp
from photobak.photo.metadata.value import Metadata
from photobak.photo.metadata.window import Damaged, Window
from photobak.photo.metadata.xmp import read_xmp

__all__ = ["InnerVideo", "Metadata", "UnreadableMetadata", "find_inner_video", "read_metadata"]

_READERS: Final[dict[str, Callable[[Window], Metadata]]] = {
    types.JPEG.content_type: read_jpeg,
    types.HEIC.content_type: read_heif,
    types.HEIF.content_type: read_heif,
    types.AVIF.content_type: read_heif,
    types.JXL.content_type: read_jxl,
    types.PNG.content_type: read_png,
    types.WEBP.content_type: read_webp,
    types.GIF.content_type: read_gif,
    types.BMP.content_type: read_bmp,
    types.TIFF.content_type: read_tiff,
    types.CR2.content_type: read_cr2,
    types.CR3.content_type: read_cr3,
    types.CRW.content_type: read_ciff,
    types.RAF.content_type: read_raf,
    types.RW2.content_type: read_rw2,
    types.MOV.content_type: read_quicktime,
    types.MP4.content_type: read_quicktime,
    types.M4V.content_type: read_quicktime,
    types.THREE_GP.content_type: read_quicktime,
    types.THREE_G2.content_type: read_quicktime,
    types.AVI.content_type: read_avi,
    types.MTS.content_type: read_mpeg_ts,
    types.XMP.content_type: read_xmp,
}

_FINDERS: Final[dict[str, Callable[[Window], InnerVideo | None]]] = {
    types.JPEG.content_type: find_in_jpeg,
    types.HEIC.content_type: find_in_heif,
    types.HEIF.content_type: find_in_heif,
    types.AVIF.content_type: find_in_heif,
}
"""The formats of Motion Photos."""
_Found = TypeVar("_Found")


class UnreadableMetadata(Exception):
    """A file's metadata can't be read, for a reason that its format doesn't explain; its bytes are sound all the same.

    The message says why, for a person: too deep a recursion, too little memory, a defect of the reader.
    """


def read_metadata(file: BinaryIO, media_type: MediaType, head: bytes = b"") -> Metadata:
    """Read what a file says about itself.

    Bad content is no error: whatever is legible comes back, and an empty value where nothing is. No more than
    ``window.MAX_BYTES`` are read, in bounded time, wherever the bytes point.

    Args:
        file: seekable; read from its beginning, left anywhere.
        media_type: what ``recognise`` said of it.
        head: its first bytes, where they were read before; usually nothing else is needed then.

    Raises:
        OSError: the file itself can't be read.
        UnreadableMetadata: reading it failed in any other way; that concerns this file alone.
    """
    reader = _READERS.get(media_type.content_type) or (read_tiff if types.is_raw(media_type) else None)
    if reader is None:
        return Metadata()
    return _guarded(lambda: reader(Window.on(file, head)), Metadata())


def find_inner_video(file: BinaryIO, media_type: MediaType) -> InnerVideo | None:
    """Find the video inside a Motion Photo; None where the file is none, or what it says of its video is wrong.

    Bounded as ``read_metadata`` is, and raises the same.
    """
    find = _FINDERS.get(media_type.content_type)
    return _guarded(lambda: find(Window.on(file)), None) if find else None


def _guarded(read: Callable[[], _Found], nothing: _Found) -> _Found:
    try:
        return read()
    except Damaged:
        return nothing
    except OSError:
        raise
    except Exception as error:  # whatever one file makes a reader raise, the others are none the worse for it
        raise UnreadableMetadata(f"its metadata can't be read ({type(error).__name__})") from error
