"""``photobak duplicates``, with copies as messengers make them and with photos stored before there were hashes."""

import io
import json
import random
from pathlib import Path
from typing import Any

from PIL import Image
from support.backup import Backup
from support.library_damage import Damage


def scene(seed: int) -> Image.Image:
    """Soft shapes, as different from those of another seed as photos are."""
    small = Image.frombytes("RGB", (9, 7), random.Random(seed).randbytes(9 * 7 * 3))
    return small.resize((1200, 900), Image.Resampling.BICUBIC)


def save(folder: Path, name: str, image: Image.Image, **options: Any) -> None:
    file = io.BytesIO()
    image.save(file, "JPEG", **options)
    (folder / name).write_bytes(file.getvalue())


def listed(backup: Backup) -> tuple[list[list[str]], dict[str, Any]]:
    done = backup.run("duplicates", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    *groups, summary = map(json.loads, done.stdout.splitlines())
    return [[photo["filename"] for photo in group["photos"]] for group in groups], summary


def test_copies_are_listed_the_best_first_and_nothing_is_deleted(backup: Backup) -> None:
    backup.photos.mkdir(exist_ok=True)
    save(backup.photos, "IMG_1.jpg", scene(1), quality=92)
    save(backup.photos, "IMG-20240101-WA0001.jpg", scene(1).resize((640, 480)), quality=40)
    save(backup.photos, "IMG_1~2.jpg", scene(1), quality=60)
    save(backup.photos, "IMG_2.jpg", scene(2))
    save(backup.photos, "blank.jpg", Image.new("RGB", (400, 300), "white"))
    save(backup.photos, "also blank.jpg", Image.new("RGB", (401, 300), "white"))
    backup.sync(timeout=120.0)
    before = backup.records()

    groups, summary = listed(backup)
    assert groups == [["IMG_1.jpg", "IMG_1~2.jpg", "IMG-20240101-WA0001.jpg"]]
    assert summary == {"type": "summary", "groups": 1, "photos": 3, "compared": 4, "without_hash": 0}
    told = backup.run("duplicates")
    assert "640 x 480" in told.stdout
    assert "3 photos in 1 group; 4 photos compared." in told.stderr
    assert backup.records() == before

    small = next(record for record in before.values() if "WA0001" in record.filename)
    Damage(backup).forget_placeholder(small)
    assert listed(backup)[1]["without_hash"] == 1
    assert "1 older photo could not be compared yet" in backup.run("duplicates").stderr
    assert backup.run("repair").returncode == 0
    assert listed(backup) == (groups, summary)
