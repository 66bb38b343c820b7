"""APP12 "picture info": text by which Olympus, Agfa, Epson and Sanyo cameras described a JPEG before EXIF."""

import re

from photobak.photo.metadata import dates
from photobak.photo.metadata.value import Metadata
from photobak.photo.metadata.window import Window

_TIME = re.compile(rb"\bTimeDate=(\d{1,10})\b")
_MAX_BYTES = 65536


def read_picture_info(window: Window) -> Metadata:
    """``TimeDate=`` counts seconds since 1970 by the camera's own clock; empty where there is none."""
    found = _TIME.search(window.up_to(0, _MAX_BYTES))
    return Metadata(original=dates.unix_local(int(found[1]))) if found else Metadata()
