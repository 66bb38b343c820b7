"""``import icloud`` and ``import folder`` as people run them, and ``--check``, which proves later that all is there."""

import hashlib
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.backup import Backup, json_lines, picture
from support.library_damage import Damage
from support.photo_files import dated, jpeg, movie

from photobak.client.library.albums import Albums
from photobak.photo.capture_time import TakenSource
from photobak.photo.record import Record

HEADING = "imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate,viewCount,importDate\n"
QUICKTIME = 2_082_844_800
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
   xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
   xmlns:digiKam="http://www.digikam.org/ns/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
   xmp:Rating="5" exif:DateTimeOriginal="2019-08-01T10:00:00+02:00">
  <dc:description><rdf:Alt><rdf:li xml:lang="x-default">At the lake</rdf:li></rdf:Alt></dc:description>
  <digiKam:TagsList><rdf:Seq><rdf:li>Places/Lake</rdf:li></rdf:Seq></digiKam:TagsList>
 </rdf:Description></rdf:RDF></x:xmpmeta>"""


def photo(name: str, local: str | None = "2022:06:04 14:11:00") -> bytes:
    """A photo of its own; a camera's clock in Lisbon's or Berlin's summer."""
    return jpeg(dated(local) if local else None) + name.encode()


def run_import(backup: Backup, service: str, *arguments: object) -> tuple[list[dict[str, Any]], dict[str, Any], int]:
    done = backup.run("import", service, "--json", *map(str, arguments))
    lines, summary = json_lines(done.stdout)
    return lines, summary, done.returncode


def by_name(backup: Backup) -> dict[str, Record]:
    return {record.filename: record for record in backup.records().values()}


@pytest.fixture
def icloud(tmp_path: Path) -> list[Path]:
    """Two parts that use one name for different photos, an album over both, and a photo that was deleted."""
    first, second = tmp_path / "iCloud Photos Part 1 of 2.zip", tmp_path / "iCloud Photos Part 2 of 2.zip"
    with zipfile.ZipFile(first, "w") as archive:
        root = "iCloud Photos Part 1 of 2"
        archive.writestr(
            f"{root}/Photos/Photo Details.csv",
            HEADING + 'IMG_1.JPG,a,yes,no,no,"Saturday June 4,2022 12:11 PM GMT",1,\n'
            'IMG_2.JPG,b,no,yes,no,"Monday January 2,2023 4:05 PM GMT",0,\n',
        )
        archive.writestr(f"{root}/Photos/IMG_1.JPG", photo("first"))
        archive.writestr(f"{root}/Photos/IMG_2.JPG", photo("hidden", None))
        archive.writestr(f"{root}/Albums/Lake.csv", "imgName\nIMG_2.JPG\nIMG_3.MOV\n")
    with zipfile.ZipFile(second, "w") as archive:
        root = "iCloud Photos Part 2 of 2"
        archive.writestr(
            f"{root}/Photos/Photo Details.csv",
            HEADING + 'IMG_1.JPG,c,no,no,no,"Tuesday March 1,2016 9:00 AM GMT",1,\n'
            'IMG_4.JPG,d,no,no,yes,"Tuesday March 1,2016 9:00 AM GMT",1,\n',
        )
        archive.writestr(f"{root}/Photos/IMG_1.JPG", photo("second"))
        created = int(datetime(2022, 6, 4, 12, 12, tzinfo=UTC).timestamp()) + QUICKTIME
        archive.writestr(f"{root}/Photos/IMG_3.MOV", movie(brand=b"qt  ", created=created))
        archive.writestr(f"{root}/Photos/IMG_3.AAE", "<plist/>")
        archive.writestr(f"{root}/Recently Deleted/IMG_4.JPG", photo("deleted"))
    return [first, second]


def test_icloud_arrives_once_and_is_proved_later(backup: Backup, icloud: list[Path]) -> None:
    _, summary, code = run_import(backup, "icloud", *reversed(icloud))
    assert (code, summary["verdict"]) == (0, "Everything in this iCloud export is safe.")
    assert summary["left_out"]["in Apple's Recently Deleted"] == 1
    assert summary["disagreements"] == 1
    records = backup.records()
    of = {name: records[hashlib.sha256(photo(name)).hexdigest()] for name in ("first", "second")}
    assert (of["first"].favorite, of["first"].taken.isoformat()) == (True, "2022-06-04T14:11:00+02:00")
    assert of["second"].favorite is None
    assert (of["second"].taken.source, of["second"].taken.taken_at) == (
        TakenSource.ICLOUD,
        datetime(2016, 3, 1, 9, tzinfo=UTC),
    )
    hidden, video = by_name(backup)["IMG_2.JPG"], by_name(backup)["IMG_3.MOV"]
    assert (hidden.archived, hidden.taken.taken_at) == (True, datetime(2023, 1, 2, 16, 5, tzinfo=UTC))
    (album,) = Albums(backup.session()).all()
    assert album.name == "Lake"
    assert {record.id for record in records.values() if album.id in record.albums} == {hidden.id, video.id}
    assert len(records) == 5  # the recipe of an edit is kept, too
    _, again, code = run_import(backup, "icloud", *icloud)
    assert (code, again["uploaded"]) == (0, 0)
    assert backup.records() == records
    settle(backup, of["second"])
    # Weeks later: is everything there?
    _, proof, code = run_import(backup, "icloud", "--check", "--read-data", *icloud)
    assert (code, proof["safe"], proof["read"], proof["uploaded"]) == (0, True, 5, 0)
    assert proof["bytes_read"] == sum(record.size for record in records.values())
    damage = Damage(backup)
    damage.overwrite(of["first"].original_key, b"x" * of["first"].size)
    lines, proof, code = run_import(backup, "icloud", "--check", "--read-data", "100", *icloud)
    assert (code, proof["failed"], proof["safe"]) == (3, 1, False)
    (line,) = [line for line in lines if line.get("result") == "failed"]
    assert line["path"].endswith("Part 1 of 2/Photos/IMG_1.JPG")
    assert "other bytes" in line["reason"]
    damage.hide(of["second"].original_key)
    damage.lose_tables(hidden)
    backup.run("rm", "--yes", video.id)
    done = backup.run("import", "icloud", "--check", *map(str, icloud))
    assert done.returncode == 3
    for named in ("Part 2 of 2/Photos/IMG_1.JPG: its original is lost", "IMG_2.JPG: it is not stored", "IMG_3.MOV"):
        assert named in done.stderr
    assert "NOT everything in this iCloud export is safe: 3 files are not stored." in done.stderr


def settle(backup: Backup, record: Record) -> None:
    """Decide between Apple's date and the file's for all photos, then the other way for one; neither is forgotten."""

    def redate(*arguments: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        done = backup.run("redate", *arguments, "--json")
        assert (done.returncode, done.stderr) == (0, "")
        return json_lines(done.stdout)

    (line,), summary = redate("--from", "exif", "--dry-run")
    assert (line["sha256"], line["result"], line["taken_at"][:19]) == (
        record.sha256,
        "would-redate",
        "2022-06-04T14:11:00",
    )
    assert summary == {"type": "summary", "redated": 0, "failed": 0, "would_redate": 1}
    assert backup.records()[record.sha256] == record
    assert redate("--from", "exif")[1]["redated"] == 1
    settled = backup.records()[record.sha256]
    assert settled.taken.isoformat() == line["taken_at"]
    assert record.taken in settled.taken_alternatives
    assert redate("--from", "exif")[1] == {"type": "summary", "redated": 0, "failed": 0}
    assert redate("--from", "icloud", record.id)[1]["redated"] == 1
    assert backup.records()[record.sha256].taken.taken_at == record.taken.taken_at
    assert backup.run("redate", "--from", "exif", "--shift", "+1h").returncode == 2
    assert backup.run("redate", "--shift", "+1h").returncode == 2


def test_folders_with_sidecars_arrive_with_what_these_say(backup: Backup, tmp_path: Path) -> None:
    folder = tmp_path / "digikam"
    folder.mkdir()
    (folder / "lake.jpg").write_bytes(picture() + b"lake")
    (folder / "lake.jpg.xmp").write_text(XMP)
    (folder / "lake.AAE").write_text("<plist/>")
    (folder / "IMG_7.jpg").write_bytes(picture() + b"seven")
    (folder / "IMG_7.jpg.json").write_text(
        '[{"SourceFile": "IMG_7.jpg", "XMP:Description": "osxphotos", "XMP:PersonInImage": ["Ann"]}]'
    )
    (folder / "broken.jpg.xmp").write_text("<x")
    (folder / "broken.jpg").write_bytes(picture() + b"broken")
    lines, summary, code = run_import(backup, "folder", folder)
    assert (code, summary["problems"], summary["failed"]) == (3, 1, 0)
    assert [line["path"] for line in lines if line["type"] == "problem"] == [str(folder / "broken.jpg.xmp")]
    found = by_name(backup)
    assert set(found) == {"lake.jpg", "lake.jpg.xmp", "lake.AAE", "IMG_7.jpg", "broken.jpg", "broken.jpg.xmp"}
    lake = found["lake.jpg"]
    assert (lake.description, lake.favorite, lake.tags) == ("At the lake", True, frozenset({"Places/Lake"}))
    assert lake.taken.isoformat() == "2019-08-01T10:00:00+02:00"
    assert {taken.source for taken in lake.taken_alternatives} == {TakenSource.EXIF}
    assert found["lake.AAE"].taken.source is TakenSource.PARTNER
    assert (found["IMG_7.jpg"].description, found["IMG_7.jpg"].people) == ("osxphotos", frozenset({"Ann"}))


def test_options_that_contradict_each_other_are_wrong_usage(backup: Backup, icloud: list[Path]) -> None:
    assert backup.run("import", "icloud", "--check", "--dry-run", str(icloud[0])).returncode == 2
    refused = backup.run("import", "icloud", "--read-data", "5", str(icloud[0]))
    assert (refused.returncode, "--read-data needs --check" in refused.stderr) == (2, True)
