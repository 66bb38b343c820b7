"""AVCHD recordings (MTS, M2TS): MPEG transport streams with the date in the video itself.

ISO/IEC 13818-1, 2.4.3; the date is in the "MDPM" user data of an H.264 SEI message, as two packs of IEC 61834-4.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Final

from photobak.photo.media_type import TRANSPORT_PACKET_BYTES, TRANSPORT_SYNC, transport_layout
from photobak.photo.metadata import dates
from photobak.photo.metadata.value import Metadata
from photobak.photo.metadata.window import Window

_SEARCH_BYTES: Final = 2 * 1024 * 1024
"""The date is in the first picture's header; before it come tables and perhaps sound."""

_MDPM: Final = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66") + b"MDPM"
_MDPM_BYTES: Final = len(_MDPM) + 1 + 255 * 5
_DAY: Final = 0x18
_TIME: Final = 0x19


def read_mpeg_ts(window: Window) -> Metadata:
    """The date of the first picture, in local time, with an offset where the camera's zone is set."""
    data = window.up_to(0, _SEARCH_BYTES)
    layout = transport_layout(data)
    if layout is None:
        return Metadata()
    for stream in _streams(data, *layout).values():
        found = stream.find(_MDPM)
        if found >= 0:
            # 00 00 03 stands for 00 00 in H.264 (7.3.1, emulation prevention).
            packs = bytes(stream[found : found + _MDPM_BYTES]).replace(b"\0\0\3", b"\0\0")[len(_MDPM) :]
            return Metadata(recorded_local=_date(dict(_packs(packs))))
    return Metadata()


def _streams(data: bytes, prefix: int, stride: int) -> dict[int, bytearray]:
    """The payloads of each elementary stream, put together."""
    streams: dict[int, bytearray] = {}
    for start in range(prefix, len(data) - TRANSPORT_PACKET_BYTES + 1, stride):
        if data[start] != TRANSPORT_SYNC:
            break
        identifier = int.from_bytes(data[start + 1 : start + 3], "big") & 0x1FFF
        control = data[start + 3] >> 4 & 0b11
        if control & 0b01:
            adaptation = 1 + data[start + 4] if control & 0b10 else 0
            streams.setdefault(identifier, bytearray()).extend(
                data[start + 4 + adaptation : start + TRANSPORT_PACKET_BYTES]
            )
    return streams


def _packs(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and four bytes of each pack; the count comes first."""
    for start in range(1, min(len(data), 1 + 5 * data[0]) - 4 if data else 0, 5):
        yield data[start], data[start + 1 : start + 5]


def _date(packs: dict[int, bytes]) -> datetime | None:
    """Two packs of binary-coded decimals: zone, year, month; day, hour, minute, second."""
    try:
        zone, century, year, month = (packs[_DAY][0], *(int(f"{byte:02x}") for byte in packs[_DAY][1:]))
        day, hour, minute, second = (int(f"{byte:02x}") for byte in packs[_TIME])
    except (KeyError, ValueError):  # a pack is missing, or its digits are not decimal
        return None
    return dates.local((century * 100 + year, month, day), (hour, minute, second), zone=_zone(zone))


def _zone(byte: int) -> timezone | None:
    """Bits 5 (west), 4-1 (hours) and 0 (half an hour). Under daylight saving (bit 6) or unset (bit 7): not known."""
    if byte & 0b1100_0000:
        return None
    offset = timedelta(hours=byte >> 1 & 0b1111, minutes=30 * (byte & 1))
    return timezone(-offset if byte & 0b10_0000 else offset)
