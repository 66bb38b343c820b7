"""What the folders of a Google Takeout are: of which export, an album, a year, the trash.

The path of a medium is ``…/Google Photos/FOLDER/NAME``, whatever lies before it; its words may be in any language,
so that content decides (``catalogue``), and names help where there is none.
"""
# ruff: noqa: RUF001 - names in other alphabets

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath
from typing import Final, Self

_EXPORT = re.compile(r"takeout-(?P<export>\d{8}T\d{6}Z)(?:-\d+(?=-\d))?(?:-(?P<part>\d{3}))?", re.IGNORECASE | re.ASCII)
"""``takeout-20240719T011900Z-001.zip``, and since 2024 ``takeout-20240719T011900Z-3-001.zip``."""

_ARCHIVE = re.compile(r"\.(?:zip|tgz|tar|tar\.gz)$", re.IGNORECASE)
_PHOTOS: Final = frozenset({
    "google photos", "google fotos", "google foto", "google foto's", "google фото", "zdjęcia google", "google フォト",
    "google 相册", "google 相簿", "google 포토", "google fotky", "google fotók", "google fotoğraflar", "google kuvat",
})  # fmt: skip
_TRASHES: Final = frozenset({
    "trash", "bin", "papierkorb", "corbeille", "prullenbak", "papelera", "cestino", "lixeira", "lixo", "kosz",
    "корзина", "кошик", "ゴミ箱", "回收站", "垃圾桶", "휴지통", "çöp kutusu", "papirkurv", "papperskorgen", "roskakori",
})  # fmt: skip
FAILED_VIDEOS: Final = "Failed Videos"
"""What Google could not process itself; always in English."""

_YEAR: Final = r"(?:18|19|20)\d\d"
_YEAR_FOLDER = re.compile(
    rf"(?:photos from|photos de|fotos von|fotos de|fotos del|foto da|foto dal|foto del|foto's (?:van|uit)|fotografie z"
    rf"|zdjęcia z|foton från|bilder fra|billeder fra|kuvat|фото за|fotók) {_YEAR}(?: год|-ból|-ből)?"
    rf"|{_YEAR}(?: yılına ait fotoğraflar| ?年の写真| ?年的照片| ?年的相片|년의 사진|년 사진)",
    re.IGNORECASE,
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:-\d\d-\d\d)?(?: #\d+)?", re.ASCII)
"""Folders of the formats before 2020 that group photos by day: no album that anybody made."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a file lies in a Takeout."""

    export: str
    """When the export was made, as its archives' names say; empty where they don't."""
    product: str
    """The folder of one Google product, such as Google Photos; empty where the path begins below it."""
    folder: str
    """The album's or year's folder."""
    name: str

    @classmethod
    def of(cls, archive: str, path: str) -> Self:
        """Take a path apart.

        Args:
            archive: the archive's file name, or the path of the folder into which it was unpacked.
            path: inside of it, with slashes.
        """
        whole = PurePosixPath(archive, path)
        *before, name = whole.parts
        product, folder = ["", "", *(_composed(part) for part in before if not _is_wrapper(part))][-2:]
        if before and _is_wrapper(before[-1]):
            product, folder = "", ""
        exports = _EXPORT.findall(str(whole))
        return cls(exports[-1][0] if exports else "", product, folder, name)


def _is_wrapper(part: str) -> bool:
    """Whether a part of a path is no folder of Google's, but an archive, its name, or the folder called Takeout."""
    return part in ("/", "Takeout", "takeout") or _ARCHIVE.search(part) is not None or _EXPORT.match(part) is not None


def part_number(archive: str) -> int | None:
    """Which part of its export an archive is, by its name."""
    found = _EXPORT.findall(archive)
    return int(found[-1][1]) if found and found[-1][1] else None


def missing_parts(archives: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Export → numbers of the parts that lie before one that is there; how many there should be is told nowhere."""
    numbers: dict[str, set[int]] = {}
    for archive in archives:
        number = part_number(archive)
        if number is not None:
            numbers.setdefault(_EXPORT.findall(archive)[-1][0], set()).add(number)
    gaps = {export: tuple(sorted(set(range(1, max(there))) - there)) for export, there in numbers.items()}
    return {export: gap for export, gap in gaps.items() if gap}


def is_photos(product: str) -> bool:
    """Whether a product's folder is that of Google Photos, by its name in a language known here."""
    return product.casefold() in _PHOTOS


def is_trash(folder: str) -> bool:
    """Whether a folder is the trash, by its name in a language known here."""
    return folder.casefold() in _TRASHES


def is_album(title: str) -> bool:
    """Whether this may be the title of an album that a person has made: not that of a year, nor of a day."""
    return _YEAR_FOLDER.fullmatch(title) is None and _DAY.fullmatch(title) is None


def is_year(folder: str) -> bool:
    """Whether a folder is one of all photos of a year."""
    return _YEAR_FOLDER.fullmatch(folder) is not None


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def unpacked_takeout(json: PurePath) -> PurePath | None:
    """The folder of an unpacked Takeout, by the path of one of its JSONs; None where it lies in none."""
    folder = json.parent
    photos = next((each for each in (folder, folder.parent) if is_photos(_composed(each.name))), None)
    if photos is None and is_year(_composed(folder.name)):
        photos = folder.parent
    if photos is None:
        return None
    return photos.parent if _is_wrapper(photos.parent.name) else photos
