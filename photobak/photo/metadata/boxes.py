"""Boxes: what HEIF, CR3, MP4 and QuickTime files are made of (ISO/IEC 14496-12, section 4.2)."""

from collections.abc import Iterator

from photobak.photo.metadata.window import Damaged, Window


def boxes(window: Window, offset: int = 0) -> Iterator[tuple[bytes, Window]]:
    """Type and content of each box from ``offset`` on; ends at damage.

    Size 0 means up to the end, 1 that the size follows in 64 bits.
    """
    try:
        while True:
            head = window.read(offset, 8)
            size, header = int.from_bytes(head[:4], "big"), 8
            if size == 1:
                size, header = window.uint(offset + 8, 8), 16
            elif size == 0:
                size = window.size - offset
            if size < header:
                return
            yield head[4:], window.part(offset + header, size - header)
            offset += size
    except Damaged:
        return


def child(window: Window, *path: bytes) -> Window | None:
    """The first box at the end of ``path``."""
    for kind in path:
        found = next((content for name, content in boxes(window) if name == kind), None)
        if found is None:
            return None
        window = found
    return window


def meta_content(meta: Window) -> Window:
    """The content of a ``meta`` box after its version and flags, which QuickTime's own form lacks."""
    return meta if meta.up_to(4, 4) == b"hdlr" else meta.part(4)
