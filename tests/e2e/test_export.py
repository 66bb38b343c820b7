"""A takeout: what other programs read beside each photo, and nothing of one's own lost to it."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.backup import Backup, contents, json_lines
from support.photo_files import movie

from photobak.client.library.albums import Albums
from photobak.local.values import LocalStack

TAGS = (
    "-XMP-dc:Description",
    "-XMP-dc:Subject",
    "-XMP-digiKam:TagsList",
    "-XMP-lr:HierarchicalSubject",
    "-XMP-xmp:Rating",
    "-XMP-exif:DateTimeOriginal",
    "-XMP-exif:GPSLatitude",
    "-XMP-exif:GPSLongitude",
    "-XMP-tiff:Model",
    "-XMP-xmpMM:PreservedFileName",
    "-XMP-dc:Identifier",
)


LONG = "n" * 251 + ".jpg"


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory, local_stack: LocalStack) -> Backup:
    """Somebody with a photo of their own sidecar, two photos of one name, a copy, and the longest of names."""
    person = Backup(tmp_path_factory.mktemp("owner") / "home", local_stack)
    person.make("edited.jpg", "a/IMG_1.jpg", "b/IMG_1.jpg", "<odd> & \u00e9.jpg", LONG, "live/IMG_9.jpg")
    (person.photos / "live/IMG_9.mov").write_bytes(movie(brand=b"qt  ", created=3_000_000_000))
    (person.photos / "live/IMG_9.AAE").write_text("<plist/>")
    shutil.copy(person.photos / "a/IMG_1.jpg", person.photos / "b/IMG_1 copy.jpg")
    (person.photos / "edited.jpg.xmp").write_text("<x:xmpmeta xmlns:x='adobe:ns:meta/'>mine</x:xmpmeta>")
    for path in person.photos.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    assert person.sync().summary.complete
    ids = {path: sha256[:12] for path, sha256 in contents(person.photos).items()}
    said = ("--description", "Über <all>\nthe hills", "--favorite", "--tag", "Places/Lisbon", "--tag", "family")
    person.run("describe", ids["<odd> & \u00e9.jpg"], *said)
    person.run("describe", ids["edited.jpg"], "--archive", "--description", "said here")
    person.run("redate", ids["a/IMG_1.jpg"], "--set", "1987-07-14T15:30:00-03:30")
    person.run("album", "create", "Summer", "--description", "at the sea")
    person.run("album", "create", "Winter", "--description", "nothing yet")
    person.run("album", "add", "Summer", ids["a/IMG_1.jpg"], ids["edited.jpg"])
    return person


@pytest.fixture
def other(tmp_path: Path, local_stack: LocalStack) -> Backup:
    """Somebody else, with an empty account."""
    return Backup(tmp_path / "other", local_stack)


def export(person: Backup, folder: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = person.run("export", str(folder), "--json", *arguments)
    assert done.returncode == code, done.stderr
    return json_lines(done.stdout)[1]


def listed(folder: Path) -> dict[str, dict[str, Any]]:
    entries = [json.loads(line) for line in (folder / "photos.jsonl").read_text("utf-8").splitlines()]
    return {entry["path"]: entry for entry in entries}


def test_originals_sidecars_and_a_list(owner: Backup, tmp_path: Path) -> None:
    summary = export(owner, tmp_path, "--layout", "source")
    assert (summary["restored"], summary["failed"]) == (10, 0)
    before, after = contents(owner.photos), contents(tmp_path)
    before[LONG[-251:]] = before.pop(LONG)  # so that its sidecar has room
    assert {name: after[name] for name in before} == before  # the person's own sidecar too
    photos = [name for name in before if name.endswith((".jpg", ".mov"))]
    lists = {"photos.jsonl", "albums.jsonl"}
    assert set(after) - set(before) == lists | {f"{name}.xmp" for name in photos if name != "edited.jpg"}
    entries = listed(tmp_path)
    assert {path: entry["sha256"] for path, entry in entries.items()} == before
    assert entries["a/IMG_1.jpg"]["sidecar"] == "a/IMG_1.jpg.xmp"
    assert entries["edited.jpg"]["sidecar"] is None


def test_again_it_adds_what_is_new_and_mends_what_is_ours(owner: Backup, tmp_path: Path) -> None:
    export(owner, tmp_path)
    first = contents(tmp_path)
    assert export(owner, tmp_path)["existing"] == 9
    assert contents(tmp_path) == first
    theirs, ours = sorted(tmp_path.rglob("IMG_1*.xmp"))
    ours.write_bytes(ours.read_bytes().replace(b"2024-06-30", b"1999-01-01"))
    theirs.write_text("<x:xmpmeta xmlns:x='adobe:ns:meta/' x:xmptk='darktable'/>")
    gone = next(tmp_path.rglob("edited.jpg"))
    gone.unlink()
    assert export(owner, tmp_path)["restored"] == 1
    edited = str(theirs.relative_to(tmp_path))
    again = contents(tmp_path)
    assert again.pop(edited) != first.pop(edited)
    assert again == first


def test_what_is_called_as_the_list_and_is_none_is_left_alone(owner: Backup, tmp_path: Path) -> None:
    (tmp_path / "photos.jsonl").write_text("my notes")
    done = owner.run("export", str(tmp_path))
    assert done.returncode == 1
    assert "photos.jsonl is not from an earlier export. Move it away" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["photos.jsonl"]


@pytest.mark.skipif(not shutil.which("exiftool"), reason="needs libimage-exiftool-perl")
def test_exiftool_reads_the_sidecars(owner: Backup, tmp_path: Path) -> None:
    export(owner, tmp_path, "--layout", "source")
    odd = tmp_path / "<odd> & \u00e9.jpg.xmp"
    command = ["exiftool", "-json", *TAGS, str(odd)]
    (found,) = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert found["DateTimeOriginal"] == "2024:06:30 12:00:00+02:00"
    assert (found["Description"], found["Rating"]) == ("Über <all>\nthe hills", 5)
    assert found["Subject"] == ["Lisbon", "family"]
    assert (found["TagsList"], found["HierarchicalSubject"]) == (
        ["Places/Lisbon", "family"],
        ["Places|Lisbon", "family"],
    )
    assert found["PreservedFileName"] == "<odd> & \u00e9.jpg"
    assert found["Identifier"] == "sha256:" + contents(owner.photos)["<odd> & \u00e9.jpg"]


@pytest.mark.parametrize("layout", ["date", "source"])
def test_an_export_imported_elsewhere_gives_the_same_records(
    owner: Backup, other: Backup, tmp_path: Path, layout: str
) -> None:
    folder = tmp_path / "export"
    export(owner, folder, "--layout", layout)
    done = other.run("import", "folder", str(folder), "--json")
    assert done.returncode == 0, done.stdout[-2000:]
    assert other.said() == owner.said()
    albums = [(album.name, album.description) for album in Albums(other.session()).all()]
    assert albums == [("Summer", "at the sea"), ("Winter", "nothing yet")]
    before = other.records()
    again = json_lines(other.run("import", "folder", str(folder), "--json").stdout)[1]
    assert again["uploaded"] == 0
    assert other.records() == before
