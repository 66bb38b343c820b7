"""Folders with sidecars: which file each belongs to, and lists of an export that are damaged or lie."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.photo_files import dated, jpeg
from support.records import NOON, record

from photobak.client.export.sidecar import sidecar
from photobak.client.files.candidate import Candidate
from photobak.client.imports.archive.folder_archive import FolderArchive
from photobak.client.imports.examine import ImportExaminer
from photobak.client.imports.export import Export, Medium
from photobak.client.imports.folder import read_folders
from photobak.cloud.api.requests import DescribedModel
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.described import alternative_text
from photobak.photo.exported import ListedPhoto, parse_album, parse_photo

XMP = sidecar(record()).replace(b'"photobak"', b'"another"', 1)
ALBUM = "0123456789abcdef"


def read(folder: Path) -> tuple[Export, dict[str, Medium]]:
    export = read_folders([FolderArchive(folder)])
    return export, {medium.entry.path: medium for medium in export.media}


def said(medium: Medium) -> str | None:
    return medium.facts.description if medium.facts else None


def test_photobaks_own_sidecars_are_of_the_file_of_exactly_that_name(tmp_path: Path) -> None:
    for name in ("IMG_1.jpg", "IMG_1.JPG", "IMG_1", "IMG_1.mov"):
        (tmp_path / name).write_bytes(b"")
    for name in ("IMG_1.jpg", "IMG_1.JPG", "IMG_1"):
        (tmp_path / f"{name}.xmp").write_bytes(sidecar(record(description=name, filename=name)))
    _, media = read(tmp_path)
    assert {path: said(medium) for path, medium in media.items()} == {
        "IMG_1.jpg": "IMG_1.jpg",
        "IMG_1.JPG": "IMG_1.JPG",
        "IMG_1": "IMG_1",
        "IMG_1.mov": None,
    }


def test_a_sidecar_that_another_program_has_changed_is_kept_as_a_file(tmp_path: Path) -> None:
    changed = (
        sidecar(record(description="ours")).replace(b'"photobak"', b'"XMP Core 6.0"', 1).replace(b"ours", b"theirs")
    )
    (tmp_path / "a.jpg").write_bytes(b"")
    (tmp_path / "a.jpg.xmp").write_bytes(changed)
    _, media = read(tmp_path)
    assert set(media) == {"a.jpg", "a.jpg.xmp"}
    assert said(media["a.jpg"]) == "theirs"


def test_what_an_export_promises_and_does_not_have_is_named(tmp_path: Path) -> None:
    (tmp_path / "photos.jsonl").write_text(json.dumps(ListedPhoto("2024/b.jpg", None, record()).to_json()))
    (tmp_path / "a.jpg.xmp").write_bytes(sidecar(record()))
    assert read(tmp_path)[0].absent == ["2024/b.jpg", "a.jpg"]


def test_the_lists_know_what_has_no_sidecar(tmp_path: Path) -> None:
    known = record(description="listed", filename="b.jpg", albums=frozenset({ALBUM}))
    lines = [
        json.dumps(ListedPhoto("sub/b.jpg", None, known).to_json()),
        json.dumps(ListedPhoto("../outside.jpg", None, known).to_json()),
        json.dumps(ListedPhoto("a.jpg", "a.jpg.xmp", known).to_json()),
        "{",
        "[" * 100_000,
        '{"path": 7}',
        json.dumps({"path": "c.jpg", "sidecar": None, "sha256": "x"}),
        "\x00\xff",
    ]
    (tmp_path / "photos.jsonl").write_text("\n".join(lines))
    (tmp_path / "albums.jsonl").write_text(
        json.dumps({"id": ALBUM, "name": "Summer", "description": "at the sea"}) + '\n{"id": 1}\nrubbish'
    )
    (tmp_path / "sub").mkdir()
    for name in ("a.jpg", "c.jpg", "sub/b.jpg"):
        (tmp_path / name).write_bytes(b"")
    export, media = read(tmp_path)
    assert {name: said(media[name]) for name in ("a.jpg", "c.jpg", "sub/b.jpg")} == {
        "a.jpg": None,
        "c.jpg": None,
        "sub/b.jpg": "listed",
    }
    assert media["sub/b.jpg"].albums == {"Summer"}
    assert export.albums == {"Summer": "at the sea"}
    assert export.problems == []
    assert export.absent == ["../outside.jpg"]  # whatever a list says, nothing outside is read


def test_no_list_makes_what_the_cloud_would_refuse(tmp_path: Path) -> None:
    """One photo that is refused would take the ninety-nine announced with it along."""
    wild = record(
        description="x" * 50_000 + "\0",
        tags=frozenset(f"{number}" * 200 for number in range(500)),
        people=frozenset({"\x1b[31m", ""}),
        albums=frozenset({"y" * 500}),
        sources=frozenset({"laptop:" + "z" * 10_000, "laptop:a.jpg", "nowhere"}),
        taken_alternatives=frozenset(CaptureTime(NOON + timedelta(days=day), TakenSource.EXIF) for day in range(50)),
        filename="n" * 5000,
        latitude=5000.0,
        longitude=0.0,
    )
    (tmp_path / "photos.jsonl").write_text(json.dumps(ListedPhoto("a.jpg", None, wild).to_json()))
    (tmp_path / "a.jpg").write_bytes(b"")
    (tmp_path / "b.jpg").write_bytes(b"")
    (tmp_path / "b.jpg.xmp").write_bytes(sidecar(wild))
    media = read(tmp_path)[1]
    for medium in (media["a.jpg"], media["b.jpg"]):
        facts = medium.facts
        assert facts is not None
        assert facts.recorded is not None
        DescribedModel(
            description=facts.description,
            people=tuple(facts.people),
            tags=tuple(facts.tags),
            latitude=facts.latitude,
            longitude=facts.longitude,
            alternatives=tuple(map(alternative_text, facts.recorded.alternatives)),
        )
        assert facts.recorded.sources == {"laptop:a.jpg"}
        assert medium.whole_name is None
        assert all(len(name) <= 200 for name in medium.albums)


def test_lines_that_are_none() -> None:
    for line in (b"", b"null", b"7", b'{"path": "a", "sidecar": 3}', b"\xff"):
        assert parse_photo(line) is None
        assert parse_album(line) is None


@pytest.mark.parametrize(("year", "believed"), [(1987, True), (1825, False), (9000, False)])
def test_an_impossible_recorded_time_is_not_believed(tmp_path: Path, year: int, believed: bool) -> None:
    taken = CaptureTime(NOON.replace(year=year), TakenSource.USER)
    (tmp_path / "a.jpg").write_bytes(jpeg(dated("2020:01:02 03:04:05", offset="+00:00")))
    (tmp_path / "a.jpg.xmp").write_bytes(sidecar(record(taken=taken)))
    examiner = ImportExaminer("laptop", UTC, NOON, 10**9)
    (found,) = examiner.examine(read(tmp_path)[0].groups)
    assert isinstance(found, Candidate)
    own = CaptureTime(datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC), TakenSource.EXIF)
    assert found.taken == (taken if believed else own)


def test_a_folder_is_read_a_family_at_a_time(tmp_path: Path) -> None:
    for name in ("IMG_1.HEIC", "IMG_1.MOV", "IMG_1.AAE", "IMG_1.HEIC.xmp", "IMG_E1.JPG", "IMG_2.JPG"):
        (tmp_path / name).write_bytes(XMP if name.endswith("xmp") else b"")
    groups = read(tmp_path)[0].groups
    assert [{medium.entry.path for medium in group.media} for group in groups] == [
        {"IMG_1.HEIC", "IMG_1.MOV", "IMG_1.AAE", "IMG_1.HEIC.xmp", "IMG_E1.JPG"},
        {"IMG_2.JPG"},
    ]
