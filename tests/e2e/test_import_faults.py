"""Imports that something goes wrong with: what is bad is named, the rest arrives, and nothing is doubled."""

import json
import random
import shutil
import zipfile
from pathlib import Path
from typing import Any

from support.backup import Backup, json_lines
from support.fault_proxy import Fault, FaultProxy, Kind
from support.photo_files import dated, jpeg
from support.takeout.pack import pack

from photobak.client.library.albums import Albums

SUMMER = "Takeout/Google Photos/Summer"
PHOTOS = 24


def described(title: str, timestamp: object) -> bytes:
    return json.dumps({"title": title, "photoTakenTime": {"timestamp": timestamp}, "favorited": True}).encode()


def takeout() -> dict[str, bytes]:
    files = {f"{SUMMER}/metadata.json": json.dumps({"title": "Summer", "description": "at the sea"}).encode()}
    for number in range(PHOTOS):
        name = f"IMG_{number}.jpg"
        files[f"{SUMMER}/{name}"] = jpeg(dated("2021:06:07 14:00:00")) + f"{number}".encode()
        files[f"{SUMMER}/{name}.supplemental-metadata.json"] = described(name, "1623067200")
    return files


def run_import(backup: Backup, *paths: Path, **environment: str) -> tuple[dict[str, Any], int, str]:
    done = backup.run("import", "takeout", "--json", *map(str, paths), **environment)
    lines = json_lines(done.stdout)[1] if done.stdout else {}
    return lines, done.returncode, done.stdout


def test_after_a_network_that_goes_halfway_the_next_import_finishes(
    backup: Backup, proxy: FaultProxy, tmp_path: Path
) -> None:
    parts = pack(takeout(), tmp_path, 3, random.Random(7))
    half = PHOTOS // 2
    proxy.decide = lambda kind, number: Fault.DROP if kind is Kind.UPLOAD and number >= half else Fault.NONE
    _, code, said = run_import(backup, *parts, **proxy.environment)
    assert code in (1, 3)
    backup.require_truth(said)
    assert len(backup.records()) < PHOTOS
    # The same part twice, under the name that browsers give a second download.
    again = tmp_path / "takeout-20240719T011900Z-001 (1).zip"
    shutil.copy(next(part for part in parts if part.name.endswith("001.zip")), again)
    summary, code, _ = run_import(backup, *parts, again)
    assert (code, summary["verdict"]) == (0, "Everything in this Takeout is safe.")
    records = backup.records()
    assert len(records) == PHOTOS
    assert all(record.favorite for record in records.values())
    (album,) = Albums(backup.session()).all()
    assert all(record.albums == {album.id} for record in records.values())
    summary, code, _ = run_import(backup, *parts)
    assert (code, summary["uploaded"], summary["already_stored"]) == (0, 0, PHOTOS)
    assert backup.records() == records


def test_each_bad_entry_is_named_and_takes_no_other_along(backup: Backup, tmp_path: Path) -> None:
    path = tmp_path / "takeout-20240719T011900Z-001.zip"
    good = jpeg(dated("2021:06:07 14:00:00")) + b"good"
    photo = jpeg(dated("2021:06:07 14:00:00"))
    bad_jsons = {
        "year 40000": "1200000000000",
        "negative": "-99999999999999",
        "text": "noon",
        "null": None,
        "list": [1],
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{SUMMER}/good.jpg", good)
        archive.writestr(f"{SUMMER}/good.jpg.json", described("good.jpg", "1623067200"))
        for name, timestamp in bad_jsons.items():
            archive.writestr(f"{SUMMER}/{name}.jpg", photo + name.encode())
            archive.writestr(f"{SUMMER}/{name}.jpg.json", described(f"{name}.jpg", timestamp))
        archive.writestr(f"{SUMMER}/utf16.jpg", photo + b"utf16")
        archive.writestr(f"{SUMMER}/utf16.jpg.json", described("utf16.jpg", "1623067200").decode().encode("utf-16"))
        archive.writestr(f"{SUMMER}/../../../../etc/cron.d/evil.jpg", photo + b"evil")
        archive.writestr("/etc/passwd.jpg", photo + b"absolute")
        archive.writestr(f"{SUMMER}/bomb.jpg", bytes(100_000_000))
        archive.writestr(f"{SUMMER}/damaged.jpg", b"DAMAGED-HERE" * 50, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"DAMAGED-HERE", b"DAMAGED-xxxx", 1))
    cut_off = tmp_path / "takeout-20240719T011900Z-002.zip"
    cut_off.write_bytes(path.read_bytes()[:-500])
    done = backup.run("import", "takeout", str(path), str(cut_off), str(tmp_path / "gone"), "--json")
    lines, _ = json_lines(done.stdout)
    assert done.returncode == 3
    records = {record.filename: record for record in backup.records().values()}
    assert set(records) == {"good.jpg", "utf16.jpg", *(f"{name}.jpg" for name in bad_jsons)}
    assert records["good.jpg"].taken.isoformat() == "2021-06-07T14:00:00+02:00"
    assert records["utf16.jpg"].favorite
    assert all(record.taken.taken_at.year == 2021 for record in records.values())
    named = {line["path"]: line["reason"] for line in lines if line["type"] == "problem"}
    failed = {line["path"]: line["reason"] for line in lines if line.get("result") == "failed"}
    reasons = {"evil.jpg": "leads out", "passwd.jpg": "leads out", "bomb.jpg": "bomb", "002.zip": "end is missing"}
    for ending, reason in {**reasons, "gone": "no such file"}.items():
        assert any(path.endswith(ending) and reason in said for path, said in named.items()), (ending, named)
    assert any(path.endswith("damaged.jpg") and "damaged" in reason for path, reason in failed.items())
    assert not Path("/etc/cron.d/evil.jpg").exists()
    assert not Path("/etc/passwd.jpg").exists()
