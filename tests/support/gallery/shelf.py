"""The photos of the small cloud, in the order and with the fields of ``GET /list/photos``."""

import base64
import hashlib
import math
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from io import BytesIO
from itertools import groupby
from typing import Any, Protocol

from PIL import Image, ImageDraw

START = datetime.fromisoformat("2024-06-30T18:00:00+02:00")
SIZES = [(4032, 3024), (3024, 4032), (4000, 3000), (6000, 4000), (1920, 1080), (2000, 2000), (12000, 3000)]


def ratio_byte(width: int | None, height: int | None) -> int:
    """The byte of ``GET /timeline`` (docs/gallery.md)."""
    if not width or not height:
        return 0
    return min(255, max(1, round(64 * math.log2(width / height)) + 128))


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One photo."""

    sha256: str
    taken_at: datetime
    filename: str
    width: int | None = 4000
    height: int | None = 3000
    kind: str = "photo"
    status: str = "stored"
    content_type: str = "image/jpeg"
    size: int = 2_345_678
    fields: Mapping[str, Any] = field(default_factory=dict)
    """What else the record says."""
    original: bytes = b""

    @property
    def month(self) -> str:
        return f"{self.taken_at:%Y-%m}"

    def record(self) -> dict[str, Any]:
        return {
            "id": self.sha256[:12],
            "sha256": self.sha256,
            "kind": self.kind,
            "status": self.status,
            "taken_at": self.taken_at.isoformat(),
            "taken_source": "exif",
            "size": self.size,
            "content_type": self.content_type,
            "width": self.width,
            "height": self.height,
            "camera": "Google Pixel 8",
            "latitude": None,
            "longitude": None,
            "filename": self.filename,
            "sources": [f"laptop:Pictures/{self.filename}"],
            "stored_at": "2024-07-01T00:00:00+00:00",
        } | dict(self.fields)


class Shelf(Protocol):
    """What the cloud lists."""

    def months(self) -> list[tuple[str, bytes]]: ...
    def page(self, month: str, position: int, limit: int) -> list[tuple[int, Shown]]: ...
    def get(self, sha256: str) -> Shown | None: ...


class Photos:
    """Photos in memory."""

    def __init__(self, photos: Iterable[Shown] = ()) -> None:
        self._photos = list(photos)
        self._lock = threading.RLock()
        self._order()

    def _order(self) -> None:
        self._photos = sorted(self._photos, key=lambda photo: (photo.month, photo.taken_at), reverse=True)
        self._months = {month: list(photos) for month, photos in groupby(self._photos, lambda photo: photo.month)}

    @property
    def all(self) -> Sequence[Shown]:
        return tuple(self._photos)

    def add(self, *photos: Shown) -> None:
        with self._lock:
            self._photos += photos
            self._order()

    def remove(self, sha256: str) -> Shown | None:
        with self._lock:
            photo = self.get(sha256)
            self._photos = [each for each in self._photos if each is not photo]
            self._order()
            return photo

    def amend(self, sha256: str, **fields: Any) -> None:
        with self._lock:
            photo = self.remove(sha256)
            if photo:
                self.add(replace(photo, fields={**photo.fields, **fields}))

    def months(self) -> list[tuple[str, bytes]]:
        return [
            (month, bytes(ratio_byte(each.width, each.height) for each in photos))
            for month, photos in self._months.items()
        ]

    def page(self, month: str, position: int, limit: int) -> list[tuple[int, Shown]]:
        found: list[tuple[int, Shown]] = []
        for name, photos in self._months.items():
            if name <= month:
                start = position if name == month else 0
                found += [(start + index, photo) for index, photo in enumerate(photos[start : start + limit])]
            if len(found) >= limit:
                break
        return found[:limit]

    def get(self, sha256: str) -> Shown | None:
        return next((photo for photo in self._photos if photo.sha256.startswith(sha256)), None)


class ManyPhotos:
    """Photos that are made up when they are asked for: so many that they would not fit into memory."""

    def __init__(self, count: int, months: int = 240) -> None:
        self._names = [f"{2024 - month // 12}-{12 - month % 12:02}" for month in range(months)]
        self._each = count // months
        self._count = count

    @cached_property
    def _ratios(self) -> bytes:
        return bytes(ratio_byte(*SIZES[index * 7 % 5]) for index in range(self._each))

    def months(self) -> list[tuple[str, bytes]]:
        return [(name, self._ratios) for name in self._names]

    def page(self, month: str, position: int, limit: int) -> list[tuple[int, Shown]]:
        first = self._names.index(month) * self._each + position
        return [(number % self._each, self._photo(number)) for number in range(first, min(self._count, first + limit))]

    def get(self, sha256: str) -> Shown | None:
        number = int(sha256[:12], 16)
        return self._photo(number) if number < self._count else None

    def _photo(self, number: int) -> Shown:
        month, position = divmod(number, self._each)
        year, name = map(int, self._names[month].split("-"))
        taken_at = START.replace(year=year, month=name, day=28) - timedelta(seconds=position * 27 * 86400 / self._each)
        width, height = SIZES[position * 7 % 5]
        sha256 = f"{number:012x}" + hashlib.sha256(b"%d" % number).hexdigest()[:52]
        return Shown(sha256=sha256, taken_at=taken_at, filename=f"IMG_{number}.jpg", width=width, height=height)


def some_photos(count: int, days_apart: float = 3) -> list[Shown]:
    """Photos of all shapes, over months and years, newest first."""
    photos = []
    for number in range(count):
        width, height = SIZES[number % len(SIZES)]
        photos.append(
            Shown(
                sha256=hashlib.sha256(b"%d" % number).hexdigest(),
                taken_at=START - timedelta(days=days_apart * number),
                filename=f"IMG_{number:04}.jpg",
                width=width,
                height=height,
            )
        )
    return photos


@lru_cache(2000)
def picture(colour: int, width: int, height: int, number: str) -> bytes:
    """A WebP picture that looks different for each photo."""
    paint = ((colour * 37) % 200 + 30, (colour * 91) % 200 + 30, (colour * 53) % 200 + 30)
    made = Image.new("RGB", (width, height), paint)
    ImageDraw.Draw(made).line([(0, height), (width, 0)], fill=(255, 255, 255), width=max(1, width // 60))
    ImageDraw.Draw(made).text((10, 10), number, fill=(255, 255, 255), font_size=max(12, width // 8))
    file = BytesIO()
    made.save(file, "WEBP", quality=70, method=0)
    return file.getvalue()


def preview(photo: Shown, long_edge: int) -> bytes:
    """A preview of a photo, of its proportions."""
    width, height = photo.width or 4, photo.height or 3
    scale = long_edge / max(width, height)
    colour = int(photo.sha256[:6], 16) % 251
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return picture(colour, *size, photo.filename.rpartition("_")[2].partition(".")[0])


def base64_text(content: bytes) -> str:
    return base64.b64encode(content).decode()
