"""Capture dates and exposure are those of exiftool: on every sample photograph, and on a made set of odd metadata."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.corpus import MISSING, corpus, corpus_files
from support.odd_files import ODD_FILES

from photobak.photo.capture_time import STATED, CaptureTime, decide
from photobak.photo.media_type import HEAD_BYTES, recognise
from photobak.photo.metadata import Metadata, read_metadata

# ruff: noqa: DTZ001 - exiftool's dates have a zone or not, and that is compared

pytestmark = pytest.mark.skipif(
    shutil.which("exiftool") is None, reason="exiftool is not installed: apt-get install libimage-exiftool-perl"
)

NOW = datetime(2030, 1, 1, tzinfo=UTC)
NEVER = datetime(1999, 9, 9, 9, 9, 9, tzinfo=UTC)

PREFERRED = (
    "SubSecDateTimeOriginal",
    "DateTimeOriginal",
    "MWG:DateTimeOriginal",
    "SubSecCreateDate",
    "CreateDate",
    "GPSDateTime",
)
"""exiftool's dates in design order; MWG's stands for XMP's photoshop:DateCreated (Metadata Working Group, 5.6)."""
OF_FILMS = ("CreationDate", "ContentCreateDate", "DateTimeOriginal", "CreateDate")

EXPOSURE = {
    "FNumber": "f_number",
    "ExposureTime": "exposure_time",
    "ISO": "iso",
    "FocalLength": "focal_length",
    "Duration": "duration",
}
"""exiftool's names and ours."""
GROUPS = ("ExifIFD", "IFD0", "SubIFD", "QuickTime", "Composite:Duration")
"""Where exiftool finds what photobak reads; it knows maker notes and cameras of before EXIF, too."""

DIFFERENT = {
    "DV.dv": "photobak does not read DV",
    "Matroska.mkv": "photobak does not read Matroska",
    "ASF.wmv": "photobak does not read ASF",
    "Minolta.mrw": "photobak does not read MRW",
    "Sigma.x3f": "photobak does not read X3F",
    "SigmaDP2.x3f": "photobak does not read X3F",
    "CasioQVCI.jpg": "a form of one camera of 1998",
    "ExtendedXMP.jpg": "the date of a PDF",
    "Pentax.avi": "exiftool leaves the seconds out",
    "InfiRay.jpg": "a time of GPS without its day",
}
"""Differences to exiftool's own test images, for whoever runs this on them."""

_DATE = re.compile(
    r"\s*(\d{4})[:/.-](\d{1,2})[:/.-](\d{1,2})"
    r"(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?\s*(Z|[+-]\d{1,2}:\d\d)?)?"
)


@dataclass(frozen=True)
class Stated:
    """A date as exiftool prints it."""

    local: datetime
    offset: timedelta | None
    utc: bool

    @classmethod
    def parse(cls, text: str) -> "Stated | None":
        found = _DATE.match(text)
        if found is None:
            return None
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
        milliseconds = int((found[7] or "")[:3].ljust(3, "0"))
        try:
            local = datetime(year, month, day, hour, minute, 0, milliseconds * 1000) + timedelta(seconds=second)
        except ValueError:
            return None
        zone = found[8] or ""
        hours, _, minutes = zone.strip("+-Z").partition(":")
        size = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        return cls(local, (-size if zone.startswith("-") else size) if zone else None, zone == "Z")


def exiftool(files: list[Path]) -> dict[str, dict[str, object]]:
    """What exiftool says of each file, by path."""
    dates = [f"-{name}" for name in (*PREFERRED, *OF_FILMS)]
    command = ["exiftool", "-json", "-G1", "-use", "MWG", "-charset", "filename=utf8", *dates, *map(str, files)]
    environment = os.environ | {"TZ": "UTC", "LC_ALL": "C.UTF-8"}
    printed = subprocess.run(command, capture_output=True, check=False, env=environment).stdout
    return {str(entry["SourceFile"]): entry for entry in json.loads(printed or b"[]")}


def exiftools_date(said: dict[str, object], *, film: bool) -> Stated | None:
    """The first possible date by name, whatever its group; EXIF before other groups."""
    for name in OF_FILMS if film else PREFERRED:
        group, _, tag = name.rpartition(":")
        values = {key: value for key, value in said.items() if key.rpartition(":")[2] == tag}
        values = {key: value for key, value in values.items() if (key.startswith("MWG")) == (group == "MWG")}
        for key in sorted(values, key=lambda key: ("ExifIFD" not in key, "IFD" not in key)):
            if (stated := Stated.parse(str(values[key]))) is not None and stated.local <= NOW.replace(tzinfo=None):
                return stated
    return None


def ours(path: Path) -> CaptureTime | None:
    with path.open("rb") as file:
        media_type = recognise(file.read(HEAD_BYTES), path.name)
        if media_type is None:
            return None
        metadata = read_metadata(file, media_type)
    return decide(metadata, filename="unnamed", modified_at=NEVER, zone=UTC, now=NOW)


def exposure_differences(path: Path, said: dict[str, object]) -> dict[str, object]:
    """What our exposure is, where exiftool gives another one."""
    with path.open("rb") as file:
        media_type = recognise(file.read(HEAD_BYTES), path.name)
        metadata = read_metadata(file, media_type) if media_type else Metadata()
    found: dict[str, object] = {}
    for theirs, ours in EXPOSURE.items():
        values = [
            float(value)
            for name, value in said.items()
            if name.endswith(f":{theirs}") and name.startswith(GROUPS) and isinstance(value, int | float)
        ]
        mine = getattr(metadata, ours)
        agrees = any(mine == pytest.approx(value, rel=1e-4) for value in values) if mine else not any(values)
        if not agrees:
            found[ours] = (mine, values)
    return found


def test_every_sample_has_exiftools_exposure() -> None:
    files = corpus_files()
    if not files:
        pytest.skip(MISSING)
    command = ["exiftool", "-json", "-n", "-G1", *(f"-{name}" for name in EXPOSURE), *map(str, files)]
    printed = subprocess.run(command, capture_output=True, check=False).stdout
    said = {str(entry["SourceFile"]): entry for entry in json.loads(printed)}
    found = {path.name: exposure_differences(path, said[str(path)]) for path in files}
    assert {name: differences for name, differences in found.items() if differences} == {}
    assert sum(1 for entry in said.values() if len(entry) > 3) > len(files) // 3  # there was something to compare


def is_film(path: Path) -> bool:
    return path.suffix.lower() in (".mov", ".mp4", ".m4v", ".3gp", ".avi", ".mts")


def difference(path: Path, said: dict[str, object]) -> str:
    """In what our date is not exiftool's; empty where they agree."""
    mine, theirs = ours(path), exiftools_date(said, film=is_film(path))
    if mine is None:
        return ""
    if theirs is None:
        return f"we say {mine}, exiftool nothing in {said}" if mine.source in STATED else ""
    if theirs.utc:
        same = mine.taken_at == theirs.local.replace(tzinfo=UTC)
    else:
        same_offset = theirs.offset is None or mine.taken_at.utcoffset() == theirs.offset
        same = mine.taken_at.replace(tzinfo=None) == theirs.local and same_offset
    if mine.source in STATED and same:
        return ""
    return f"we say {mine.isoformat()} ({mine.source}), exiftool {theirs}"


def test_every_sample_has_exiftools_date() -> None:
    files = [path for path in corpus_files() if path.name not in DIFFERENT and ours(path) is not None]
    if not files:
        pytest.skip(MISSING)
    said = exiftool(files)
    differing = {str(path.relative_to(corpus())): difference(path, said[str(path)]) for path in files}
    assert {name: why for name, why in differing.items() if why} == {}


@pytest.fixture(scope="module")
def odd_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd")
    for name, data in ODD_FILES.items():
        folder.joinpath(name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def said_of_odd_files(odd_folder: Path) -> dict[str, dict[str, object]]:
    return exiftool(sorted(odd_folder.iterdir()))


@pytest.mark.parametrize("name", ODD_FILES)
def test_odd_metadata_has_exiftools_date(
    name: str, odd_folder: Path, said_of_odd_files: dict[str, dict[str, object]]
) -> None:
    assert difference(odd_folder / name, said_of_odd_files[str(odd_folder / name)]) == ""
