"""Progressive JPEGs with as many scans as asked for (ITU-T T.81, annexes B and G)."""

import struct

_ONE_CODE = bytes([1, *[0] * 15])
_BLOCKS_A_RUN = 16384


def progressive_jpeg(width: int, height: int, scans: int) -> bytes:
    """A grey picture in a few bytes: each scan says of all blocks that they have ended, in runs of 16,384."""
    blocks = -(-width // 8) * -(-height // 8)
    bits = "0" * 15 * -(-blocks // _BLOCKS_A_RUN)
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    components = range(1, 4)
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"".join(
        bytes([component, 0x11, 0]) for component in components
    )
    head = (
        b"\xff\xd8"
        + _segment(0xDB, b"\0" + bytes([1] * 64))
        + _segment(0xC2, frame)
        + _segment(0xC4, b"\x10" + _ONE_CODE + b"\xe0")  # the only symbol: end of band, 14 bits of run length follow
    )
    return (
        head
        + b"".join(_segment(0xDA, bytes([1, 1 + scan % 3, 0, 1, 63, 0])) + data for scan in range(scans))
        + b"\xff\xd9"
    )


def _segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content
