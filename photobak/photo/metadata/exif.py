"""EXIF: what its directories say about a picture (CIPA DC-008, EXIF 2.32)."""

import re
import struct
from datetime import datetime
from typing import Final

from photobak.photo.metadata import dates
from photobak.photo.metadata.tiff import Directory, Tiff, open_tiff
from photobak.photo.metadata.value import Metadata
from photobak.photo.metadata.window import Damaged, Window

EXIF_DIRECTORY: Final = 0x8769

_IMAGE_WIDTH: Final = 0x0100
_IMAGE_LENGTH: Final = 0x0101
_MAKE: Final = 0x010F
_MODEL: Final = 0x0110
_ORIENTATION: Final = 0x0112
_GPS_DIRECTORY: Final = 0x8825

_EXPOSURE_TIME: Final = 0x829A
_F_NUMBER: Final = 0x829D
_PHOTOGRAPHIC_SENSITIVITY: Final = 0x8827
_SENSITIVITIES: Final = (0x8831, 0x8832, 0x8833)
"""StandardOutputSensitivity, RecommendedExposureIndex, ISOSpeed: 32 bits each, for what 16 bits can't hold."""
_FOCAL_LENGTH: Final = 0x920A

_DATE_TIME_ORIGINAL: Final = 0x9003
_DATE_TIME_DIGITIZED: Final = 0x9004
_OFFSET_TIME_ORIGINAL: Final = 0x9011
_OFFSET_TIME_DIGITIZED: Final = 0x9012
_SUB_SEC_TIME_ORIGINAL: Final = 0x9291
_SUB_SEC_TIME_DIGITIZED: Final = 0x9292
_MAKER_NOTE: Final = 0x927C
_PIXEL_X_DIMENSION: Final = 0xA002
_PIXEL_Y_DIMENSION: Final = 0xA003
_LENS_MODEL: Final = 0xA434

_GPS_LATITUDE_REF: Final = 0x01
_GPS_LATITUDE: Final = 0x02
_GPS_LONGITUDE_REF: Final = 0x03
_GPS_LONGITUDE: Final = 0x04
_GPS_TIME_STAMP: Final = 0x07
_GPS_DATE_STAMP: Final = 0x1D

_MAX_F_NUMBER: Final = 1000.0
_MAX_EXPOSURE_TIME: Final = 7 * 86_400.0
_MAX_ISO: Final = 100_000_000
_MAX_FOCAL_LENGTH: Final = 100_000.0
"""What lies beyond is damage, not a photograph."""
_ISO_OVERFLOW: Final = 65_535
_DIGITS: Final = 6
"""Significant digits that are kept of a fraction: a camera's 10/16667 s is 0.00059999 s to nobody."""

_NAME_CHARACTERS: Final = 128
_HEADER_SEARCH: Final = 64
"""So far a TIFF header is looked for: some writers put ``Exif\\0\\0``, a length or an APP1 marker before it."""

_APPLE_NOTE: Final = b"Apple iOS\0\0\1MM"
_APPLE_CONTENT_ID: Final = 0x0011
_CONTENT_ID = re.compile(r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}")

_RECONYX_VERSION: Final = b"\x01\xf1"
_RECONYX_DATE: Final = slice(22, 34)


def read_exif(window: Window) -> Metadata:
    """Read a block of EXIF as JPEG, PNG, WebP and HEIF embed it; empty where it is illegible."""
    try:
        head = window.up_to(0, _HEADER_SEARCH)
        starts = [at for magic in (b"II*\0", b"MM\0*") if (at := head.find(magic)) >= 0]
        tiff = open_tiff(window.part(min(starts, default=0)))
    except Damaged:
        return Metadata()
    return describe_from(tiff, tiff.below(tiff.first))


def describe_from(tiff: Tiff, main: Directory | None) -> Metadata:
    """What the main directory and the EXIF and GPS directories below it say."""
    if main is None:
        return Metadata()
    return describe(main, tiff.below(main.integer(EXIF_DIRECTORY)), tiff.below(main.integer(_GPS_DIRECTORY)))


def describe(main: Directory, exif: Directory | None, gps: Directory | None) -> Metadata:
    """What these three directories say."""
    latitude, longitude = _position(gps) if gps else (None, None)
    # TIFF/EP, and NEF with it, keeps the date in the main directory.
    original = (exif and _date(exif, _DATE_TIME_ORIGINAL, _SUB_SEC_TIME_ORIGINAL, _OFFSET_TIME_ORIGINAL)) or _date(
        main, _DATE_TIME_ORIGINAL, _SUB_SEC_TIME_ORIGINAL, _OFFSET_TIME_ORIGINAL
    )
    return Metadata(
        orientation=_orientation(main),
        camera_make=name(main.text(_MAKE)),
        camera_model=name(main.text(_MODEL)),
        lens=name(exif.text(_LENS_MODEL)) if exif else None,
        f_number=_positive(exif or main, _F_NUMBER, _MAX_F_NUMBER),
        exposure_time=_positive(exif or main, _EXPOSURE_TIME, _MAX_EXPOSURE_TIME),
        iso=_iso(exif or main),
        focal_length=_positive(exif or main, _FOCAL_LENGTH, _MAX_FOCAL_LENGTH),
        latitude=latitude,
        longitude=longitude,
        original=original or (_reconyx_date(exif) if exif else None),
        digitized=_date(exif, _DATE_TIME_DIGITIZED, _SUB_SEC_TIME_DIGITIZED, _OFFSET_TIME_DIGITIZED) if exif else None,
        gps_time=_gps_time(gps) if gps else None,
        content_id=_apple_content_id(exif) if exif else None,
    )


def image_size(directory: Directory) -> Metadata:
    """The size of the picture that a directory describes; of the thumbnail or the main one, as the case may be."""
    return Metadata.of_size(directory.integer(_IMAGE_WIDTH) or 0, directory.integer(_IMAGE_LENGTH) or 0)


def pixel_size(exif: Directory) -> Metadata:
    """The size that the EXIF directory gives; editors leave it wrong, cameras don't."""
    return Metadata.of_size(exif.integer(_PIXEL_X_DIMENSION) or 0, exif.integer(_PIXEL_Y_DIMENSION) or 0)


def name(text: str) -> str | None:
    """A camera's or lens's name fit to be shown: no control or format characters, single spaces, bounded length."""
    printable = "".join(c if c.isprintable() else " " for c in text[: 4 * _NAME_CHARACTERS])
    return " ".join(printable.split())[:_NAME_CHARACTERS].rstrip() or None


def content_id(text: str) -> str | None:
    """Apple's identifier of a Live Photo; None where it is no UUID."""
    return text.upper() if _CONTENT_ID.fullmatch(text.upper()) else None


def _orientation(main: Directory) -> int | None:
    value = main.integer(_ORIENTATION)
    return value if value is not None and 1 <= value <= 8 else None


def _positive(directory: Directory, tag: int, largest: float) -> float | None:
    """A number above zero, rounded; cameras without lens or meter write 0 or 0/0."""
    value = next(iter(directory.numbers(tag)), None)
    return float(f"{value:.{_DIGITS}g}") if value is not None and 0 < value <= largest else None


def _iso(directory: Directory) -> int | None:
    value = directory.integer(_PHOTOGRAPHIC_SENSITIVITY)
    if value == _ISO_OVERFLOW:
        value = next((found for tag in _SENSITIVITIES if (found := directory.integer(tag))), None)
    return value if value is not None and 0 < value <= _MAX_ISO else None


def _date(directory: Directory, date: int, fraction: int, offset: int) -> datetime | None:
    text = directory.text(date)
    if not text:
        return None
    return dates.parse(text, fraction=directory.text(fraction), offset=directory.text(offset))


def _position(gps: Directory) -> tuple[float, float] | tuple[None, None]:
    """Latitude and longitude in degrees; none for what receivers without a fix write (0/0, or 0 degrees twice)."""
    latitude = _degrees(gps.numbers(_GPS_LATITUDE), gps.text(_GPS_LATITUDE_REF), "N", "S")
    longitude = _degrees(gps.numbers(_GPS_LONGITUDE), gps.text(_GPS_LONGITUDE_REF), "E", "W")
    return position(latitude, longitude)


def position(latitude: float | None, longitude: float | None) -> tuple[float, float] | tuple[None, None]:
    """Both coordinates where they name a place on Earth; 0° N 0° E is what a receiver without a fix writes."""
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None, None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else (None, None)


def _degrees(parts: tuple[float | None, ...], reference: str, positive: str, negative: str) -> float | None:
    side = reference.strip()[:1].upper()
    if not parts or parts[0] is None or side not in (positive, negative):
        return None
    degrees = sum((part or 0) / scale for part, scale in zip(parts, (1, 60, 3600), strict=False))
    return -degrees if side == negative else degrees


def _gps_time(gps: Directory) -> datetime | None:
    day, time = gps.text(_GPS_DATE_STAMP), gps.numbers(_GPS_TIME_STAMP)
    if not day or len(time) != 3:
        return None
    hours, minutes, seconds = time
    if hours is None or minutes is None or seconds is None:
        return None
    return dates.gps(day, hours, minutes, seconds)


def _apple_content_id(exif: Directory) -> str | None:
    """From Apple's maker note: a directory behind a head of 14 bytes, whose offsets count from the note's beginning."""
    note = exif.window(_MAKER_NOTE)
    if note is None or exif.raw(_MAKER_NOTE, len(_APPLE_NOTE)) != _APPLE_NOTE:
        return None
    directory = Tiff(note, ">", big=False, first=len(_APPLE_NOTE)).below(len(_APPLE_NOTE))
    return content_id(directory.text(_APPLE_CONTENT_ID)) if directory else None


def _reconyx_date(exif: Directory) -> datetime | None:
    """Reconyx HyperFire trail cameras write the date in their maker note alone: six 16-bit numbers from byte 22."""
    note = exif.raw(_MAKER_NOTE, _RECONYX_DATE.stop)
    if len(note) < _RECONYX_DATE.stop or not note.startswith(_RECONYX_VERSION):
        return None
    second, minute, hour, month, day, year = struct.unpack("<6H", note[_RECONYX_DATE])
    return dates.local((year, month, day), (hour, minute, second))
