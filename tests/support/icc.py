"""Colour profiles made at run time (ICC.1:2010: header, tag table, matrix and curves)."""

import struct

DISPLAY_P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
"""XYZ of Display P3's red, green and blue, adapted to D50."""
_D50 = (0.9642, 1.0, 0.8249)
_HEADER_BYTES = 128


def rgb_profile(primaries: tuple[tuple[float, float, float], ...] = DISPLAY_P3, gamma: float = 2.2) -> bytes:
    """A monitor profile with these primaries."""
    red, green, blue = primaries
    curve = struct.pack(">4s4xIH2x", b"curv", 1, round(gamma * 256))
    tags = {
        b"wtpt": _xyz(_D50),
        b"rXYZ": _xyz(red),
        b"gXYZ": _xyz(green),
        b"bXYZ": _xyz(blue),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    at = _HEADER_BYTES + 4 + 12 * len(tags)
    table, values = struct.pack(">I", len(tags)), b""
    for name, value in tags.items():
        table += struct.pack(">4sII", name, at + len(values), len(value))
        values += value
    size = at + len(values)
    header = struct.pack(">I4xI4s4s4s12x4s", size, 0x02100000, b"mntr", b"RGB ", b"XYZ ", b"acsp")
    illuminant = b"".join(_fixed(value) for value in _D50)
    return header.ljust(68, b"\0") + illuminant.ljust(_HEADER_BYTES - 68, b"\0") + table + values


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(_fixed(value) for value in values)


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))
