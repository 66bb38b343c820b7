"""``album`` and ``describe`` as people use them, and the filters that find what was said."""

import json

import pytest
from support.backup import Backup
from support.library_damage import Damage

from photobak.client.library.albums import AlbumIndex, album_index


def lines(backup: Backup, *arguments: str) -> list[dict[str, object]]:
    done = backup.run(*arguments, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def names(backup: Backup, *arguments: str) -> set[object]:
    return {line["filename"] for line in lines(backup, *arguments)}


@pytest.fixture
def ids(backup: Backup) -> dict[str, str]:
    backup.make("a.jpg", "b.jpg", "c.jpg")
    backup.sync(timeout=120.0)
    return {record.filename: record.id for record in backup.records().values()}


def test_photos_go_into_albums_and_out_again(backup: Backup, ids: dict[str, str]) -> None:
    made = backup.run("album", "create", "Summer 2024", "--description", "at the sea")
    (album,) = lines(backup, "album", "ls")
    assert album == {"id": made.stdout.strip(), "name": "Summer 2024", "description": "at the sea", "cover": None}
    backup.run("album", "add", "summer 2024", ids["a.jpg"], ids["b.jpg"])
    assert names(backup, "album", "show", "Summer 2024") == {"a.jpg", "b.jpg"}
    assert names(backup, "ls", "--album", "Summer 2024") == {"a.jpg", "b.jpg"}
    got = backup.run("get", "--album", "Summer 2024", "--to", "out")
    assert got.returncode == 0, got.stderr
    assert len([path for path in (backup.home / "out").rglob("*") if path.is_file()]) == 2
    backup.run("album", "remove", "Summer 2024", ids["a.jpg"])
    backup.run("album", "rename", "Summer 2024", "Lisbon")
    assert names(backup, "album", "show", "Lisbon") == {"b.jpg"}
    assert backup.run("album", "delete", "Lisbon").returncode == 0
    assert lines(backup, "album", "ls") == []
    assert all(not record.albums for record in backup.records().values())
    assert len(backup.records()) == 3


def test_an_album_survives_the_loss_of_its_index(backup: Backup, ids: dict[str, str]) -> None:
    album = backup.run("album", "create", "Summer").stdout.strip()
    backup.run("album", "add", "Summer", ids["a.jpg"], ids["b.jpg"])
    whole = album_index(backup.session(), album)
    assert (len(whole.places), whole.whole) == (2, True)
    Damage(backup).lose_albums(album)
    assert album_index(backup.session(), album) == AlbumIndex(frozenset(), whole=False)
    assert names(backup, "album", "show", "Summer") == {"a.jpg", "b.jpg"}
    backup.run("album", "add", "Summer", ids["c.jpg"])
    backup.run("rm", ids["a.jpg"], "--yes")
    assert names(backup, "ls", "--album", "Summer") == {"b.jpg", "c.jpg"}
    assert backup.run("verify").returncode == 0
    (found,) = [line for line in lines(backup, "repair", "--dry-run") if line["type"] == "album"]
    assert found == {"type": "album", "id": album, "result": "would-repair"}
    *_, summary = lines(backup, "repair")
    assert summary["albums"] == 1
    after = album_index(backup.session(), album)
    assert (len(after.places), after.whole) == (2, True)
    assert names(backup, "album", "show", "Summer") == {"b.jpg", "c.jpg"}
    assert [line["type"] for line in lines(backup, "repair") if line["type"] == "album"] == []


def test_what_is_not_there_is_named(backup: Backup, ids: dict[str, str]) -> None:
    assert "there is no album Nothing" in backup.run("album", "show", "Nothing").stderr
    assert backup.run("ls", "--album", "Nothing").returncode == 2
    for _ in range(2):
        backup.run("album", "create", "Twin")
    twice = backup.run("album", "add", "Twin", ids["a.jpg"])
    assert twice.returncode == 2
    assert "2 albums are called Twin" in twice.stderr
    assert backup.run("describe", ids["a.jpg"]).returncode == 2


def test_photos_are_described_and_found_by_it(backup: Backup, ids: dict[str, str]) -> None:
    said = ("--description", "On the bridge", "--favorite", "--tag", "Places/Lisbon", "--tag", "family")
    (photo, summary) = lines(backup, "describe", ids["a.jpg"], *said)
    assert (photo["result"], summary["described"]) == ("described", 1)
    backup.run("describe", ids["b.jpg"], "--archive", "--tag", "family")
    assert names(backup, "ls", "--favorite") == {"a.jpg"}
    assert names(backup, "ls", "--tag", "FAMILY") == {"a.jpg", "b.jpg"}
    assert names(backup, "ls", "--tag", "places") == {"a.jpg"}
    (listed,) = lines(backup, "ls", "--favorite")
    assert (listed["description"], listed["tags"]) == ("On the bridge", ["Places/Lisbon", "family"])
    backup.run("describe", ids["a.jpg"], "--no-favorite", "--untag", "family", "--description", "")
    assert names(backup, "ls", "--favorite") == set()
    (listed,) = lines(backup, "ls", "--tag", "places")
    assert (listed["description"], listed["tags"], listed["favorite"]) == (None, ["Places/Lisbon"], False)
