"""Sidecars that programs read: exiftool is asked what it finds in them."""

import json
import shutil
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from support.records import record

from photobak.client.export.sidecar import sidecar
from photobak.photo.capture_time import CaptureTime, TakenSource

TAKEN = CaptureTime(
    datetime(2024, 6, 30, 23, 59, 59, 123000, timezone(timedelta(hours=-3, minutes=-30))), TakenSource.EXIF
)


@pytest.mark.skipif(not shutil.which("exiftool"), reason="needs libimage-exiftool-perl")
@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(38.7223, -9.1393), (-33.8688, 151.2093), (0.0, 0.0), (-0.0000001, 179.9999999), (90, -180)],
)
def test_exiftool_finds_what_the_record_says(tmp_path: Path, latitude: float, longitude: float) -> None:
    found = record(
        taken=TAKEN,
        latitude=latitude,
        longitude=longitude,
        camera_make="Google",
        camera_model='Pixel 8 <Pro> & "more"',
        lens="Pixel 8 back camera 6.9mm f/1.68",
        filename="IMG_1.JPG",
    )
    path = tmp_path / "IMG_1.JPG.xmp"
    path.write_bytes(sidecar(found))
    asked = subprocess.run(["exiftool", "-json", "-n", str(path)], capture_output=True, text=True, check=True)
    (tags,) = json.loads(asked.stdout)
    assert "Warning" not in tags
    for tag in ("DateTimeOriginal", "DateCreated", "CreateDate"):
        assert tags[tag] == "2024:06:30 23:59:59.123-03:30"
    assert float(tags["GPSLatitude"]) == pytest.approx(latitude, abs=1e-6)
    assert float(tags["GPSLongitude"]) == pytest.approx(longitude, abs=1e-6)
    assert (tags["Make"], tags["Model"], tags["Lens"]) == (found.camera_make, found.camera_model, found.lens)
    assert tags["PreservedFileName"] == "IMG_1.JPG"


@pytest.mark.skipif(not shutil.which("exiftool"), reason="needs libimage-exiftool-perl")
def test_exiftool_finds_what_its_owner_says(tmp_path: Path) -> None:
    found = record(
        taken=TAKEN,
        description="On the <bridge> & below",
        favorite=True,
        archived=True,
        people=frozenset({"Ana", "Zoë & Ben"}),
        tags=frozenset({"family", "Places/Lisbon"}),
        albums=frozenset({"0123456789abcdef"}),
        sources=frozenset({"laptop:a.jpg", "nas:b.jpg"}),
    )
    path = tmp_path / "IMG_1.JPG.xmp"
    path.write_bytes(sidecar(found, {"0123456789abcdef": "Summer 2024"}))
    command = ["exiftool", "-json", "-G1", "-n", "-validate", "-warning", "-XMP:all", str(path)]
    (tags,) = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert tags["ExifTool:Validate"] == "0 0 0"
    expected = {
        "XMP-dc:Description": "On the <bridge> & below",
        "XMP-dc:Subject": ["Lisbon", "family"],
        "XMP-digiKam:TagsList": ["Places/Lisbon", "family"],
        "XMP-lr:HierarchicalSubject": ["Places|Lisbon", "family"],
        "XMP-iptcExt:PersonInImage": ["Ana", "Zoë & Ben"],
        "XMP-xmp:Rating": 5,
        "XMP-photobak:Albums": "Summer 2024",
        "XMP-photobak:Archived": True,
        "XMP-photobak:Sources": ["laptop:a.jpg", "nas:b.jpg"],
        "XMP-photobak:Taken": "exif 2024-06-30T23:59:59.123-03:30",
    }
    assert {name: tags.get(name) for name in expected} == expected
