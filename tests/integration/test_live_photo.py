"""A Live Photo is one tile: a sync tells the cloud which video is its moving half."""

from typing import Any

from support.backup import Backup
from support.local_stack import eventually
from support.pictures import encoded, quadrants
from support.videos import video

from photobak.client.account.api import call
from photobak.photo.record import Record


def by_name(backup: Backup) -> dict[str, Record]:
    return {record.filename: record for record in backup.records().values()}


def tiles(backup: Backup) -> list[Any]:
    return [
        each.text("filename") for each in call(backup.session(), "/list/photos", None, method="GET").objects("photos")
    ]


def test_a_live_photo_is_one_tile_and_a_longer_video_another(backup: Backup) -> None:
    backup.photos.mkdir(exist_ok=True)
    for name, content in {
        "IMG_1.JPG": encoded(quadrants(), "JPEG"),
        "IMG_1.MOV": video(container="mov", seconds=2.0),
        "IMG_2.JPG": encoded(quadrants(80, 60), "JPEG"),
        "IMG_2.MOV": video(container="mov", seconds=9.0),
    }.items():
        (backup.photos / name).write_bytes(content)
    backup.sync(timeout=120.0)
    records = by_name(backup)
    assert records["IMG_1.JPG"].motion == records["IMG_1.MOV"].sha256
    assert records["IMG_2.JPG"].motion is None
    assert all(record.thumbhash for record in records.values())
    eventually(lambda: sorted(tiles(backup)) == ["IMG_1.JPG", "IMG_2.JPG", "IMG_2.MOV"])


def test_a_live_photo_that_is_stored_already_becomes_one_tile(backup: Backup) -> None:
    backup.photos.mkdir(exist_ok=True)
    still, moving = backup.photos / "IMG_1.JPG", backup.photos / "IMG_1.MOV"
    still.write_bytes(encoded(quadrants(), "JPEG"))
    backup.sync(timeout=120.0)
    before = by_name(backup)["IMG_1.JPG"]
    moving.write_bytes(video(container="mov", seconds=2.0))
    still.touch()
    backup.sync(timeout=120.0)
    after = by_name(backup)["IMG_1.JPG"]
    assert after.motion == by_name(backup)["IMG_1.MOV"].sha256
    assert after.taken == before.taken or before.taken.source == "mtime"
