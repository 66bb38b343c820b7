"""The value that every reader of metadata returns."""

from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Final, Self


@dataclass(frozen=True, slots=True)
class Metadata:
    """What one file says about itself; every field may be missing.

    A date without ``tzinfo`` is local time in an unknown zone: ``capture_time`` finds the zone.
    """

    width: int | None = None
    """Pixels, as stored: before the orientation is applied."""
    height: int | None = None
    orientation: int | None = None
    """1 to 8 (EXIF 0x0112)."""
    camera_make: str | None = None
    camera_model: str | None = None
    lens: str | None = None
    f_number: float | None = None
    """Focal length divided by the aperture's diameter (EXIF 0x829D): 2.8 stands for f/2.8."""
    exposure_time: float | None = None
    """Seconds (EXIF 0x829A)."""
    iso: int | None = None
    """Sensitivity by ISO 12232 (EXIF 0x8827; above 65,534 EXIF 0x8831 to 0x8833)."""
    focal_length: float | None = None
    """Millimetres, of the lens itself (EXIF 0x920A); not converted to 35 mm film."""
    duration: float | None = None
    """Seconds of a video, as its container gives them."""
    latitude: float | None = None
    """Degrees, WGS 84, north positive; always together with the longitude."""
    longitude: float | None = None
    """Degrees, WGS 84, east positive."""
    original: datetime | None = None
    """EXIF DateTimeOriginal with its own sub-seconds and offset, or what older and XMP metadata have in its place."""
    digitized: datetime | None = None
    """EXIF DateTimeDigitized with its own sub-seconds and offset, or xmp:CreateDate, which stands for it."""
    gps_time: datetime | None = None
    """EXIF GPSDateStamp and GPSTimeStamp, in UTC."""
    recorded_local: datetime | None = None
    """When a video began, where its container tells local time."""
    recorded_utc: datetime | None = None
    """When a video began, where its container tells UTC alone."""
    content_id: str | None = None
    """Apple's UUID, in upper case, that both files of a Live Photo have."""

    def completed_by(self, other: "Metadata") -> "Metadata":
        """This, with the fields that are missing taken from a less trusted place of the same file."""
        pairs = zip(_values(self), _values(other), strict=True)
        return Metadata(*(theirs if own is None else own for own, theirs in pairs))

    @classmethod
    def of_size(cls, width: int, height: int) -> Self:
        """The dimensions alone; nothing where one of them is not positive."""
        return cls(width=width, height=height) if width > 0 and height > 0 else cls()


_values: Final = attrgetter(*(field.name for field in fields(Metadata)))
"""All fields, in their order."""
