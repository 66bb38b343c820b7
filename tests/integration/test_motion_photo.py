"""A Motion Photo's record says where in the original its video is, from the upload through every repair."""

import json
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
import urllib3
from support.backup import Backup
from support.library_damage import Damage
from support.local_stack import eventually
from support.motion_photos import JPEG_FORMATS, in_box, motion_photo
from support.photo_files import dated, heif
from support.pictures import encoded, quadrants
from support.videos import video

from photobak.client.account.api import call
from photobak.photo.media_type import HEIC, JPEG
from photobak.photo.metadata import find_inner_video

MOVIE = video(seconds=1.0)
EXIFTOOL = {
    "motion photo": ("-ee", "-EmbeddedVideo"),
    "micro video": ("-ee", "-EmbeddedVideo"),
    "samsung": ("-EmbeddedVideoFile",),
    "heic": ("-MotionPhotoVideo",),
}
"""How exiftool gives each format's video; of other parts between picture and video it knows nothing."""


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
@pytest.mark.parametrize("name", EXIFTOOL)
def test_exiftool_finds_the_same_video(tmp_path: Path, name: str) -> None:
    if name == "heic":
        content, media_type = in_box(heif(dated("2024:06:30 12:00:00")), MOVIE), HEIC
    else:
        content, media_type = JPEG_FORMATS[name](encoded(quadrants(), "JPEG"), MOVIE), JPEG
    file = tmp_path / "photo"
    file.write_bytes(content)
    found = find_inner_video(BytesIO(content), media_type)
    assert found is not None
    told = subprocess.run(["exiftool", "-b", *EXIFTOOL[name], file], capture_output=True, check=True).stdout
    assert content[found.offset : found.offset + found.size] == told == MOVIE


def test_the_record_has_it_and_repair_finds_it_again(backup: Backup) -> None:
    content = motion_photo(encoded(quadrants(), "JPEG"), MOVIE)
    backup.photos.mkdir(exist_ok=True)
    (backup.photos / "PXL_1.MP.jpg").write_bytes(content)
    (backup.photos / "IMG_1.jpg").write_bytes(encoded(quadrants(80, 60), "JPEG"))
    backup.sync(timeout=120.0)
    records = {record.filename: record for record in backup.records().values()}
    moving = records["PXL_1.MP.jpg"]
    place = {"motion_offset": len(content) - len(MOVIE), "motion_size": len(MOVIE)}
    assert {name: getattr(moving, name) for name in place} == place
    assert records["IMG_1.jpg"].motion_offset is records["IMG_1.jpg"].motion_size is None

    shown = json.loads(backup.run("show", moving.id, "--json").stdout)
    assert shown | place == shown
    session = backup.session()
    path = f"/list/photos?photo={moving.id}"
    (listed,) = eventually(lambda: list(call(session, path, None, method="GET").objects("photos")))
    assert listed.integer("motion_offset") == place["motion_offset"]
    assert listed.integer("motion_size") == place["motion_size"]
    original = call(session, f"/photos/{moving.sha256}/original", None, method="GET").text("url")
    last = len(content) - 1
    part = urllib3.request("GET", original, headers={"Range": f"bytes={place['motion_offset']}-{last}"}, retries=False)
    assert (part.status, part.data) == (206, MOVIE)

    damage = Damage(backup)
    damage.lose_tables(moving)
    assert backup.run("repair").returncode == 0
    assert backup.records()[moving.sha256] == moving
    damage.lose_tables(moving)
    damage.destroy(damage.record_key(moving))
    assert backup.run("repair").returncode == 0
    rebuilt = backup.records()[moving.sha256]
    assert {name: getattr(rebuilt, name) for name in place} == place
    assert backup.run("verify").returncode == 0
