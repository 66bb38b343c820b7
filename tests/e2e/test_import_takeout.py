"""``import takeout`` of a generated Takeout with every known trap, as people run it, and with parts missing."""

import json
import random
import re
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

import pytest
from support.backup import Backup, json_lines
from support.takeout.corpus import corpus
from support.takeout.maker import Corpus, Expected
from support.takeout.pack import pack

from photobak.client.library.albums import Albums
from photobak.local.values import LocalStack
from photobak.photo.record import Record

SEED = 20261128


@pytest.fixture(scope="module")
def takeout() -> Corpus:
    return corpus()


def identity(content: bytes) -> str:
    return sha256(content).hexdigest()


def imported(backup: Backup, parts: list[Path], *options: str) -> tuple[list[dict[str, Any]], dict[str, Any], int]:
    done = backup.run("import", "takeout", "--json", *options, *map(str, parts))
    lines, summary = json_lines(done.stdout)
    return lines, summary, done.returncode


def assert_as_expected(record: Record, expected: Expected) -> None:
    facts = expected.facts
    assert record.description == (facts.get("description") or None), expected.kind
    assert bool(record.favorite) == bool(facts.get("favorite")), expected.kind
    assert bool(record.archived) == bool(facts.get("archived")), expected.kind
    assert record.people == facts.get("people", frozenset()), expected.kind
    if "latitude" in facts:
        assert (record.latitude, record.longitude) == (facts["latitude"], facts["longitude"]), expected.kind
    if facts.get("taken") is not None:
        assert record.taken.taken_at == facts["taken"], expected.kind


@pytest.mark.timeout(900)
def test_all_of_it_arrives_once_and_goes_on_to_another_account(
    backup: Backup, takeout: Corpus, tmp_path: Path, local_stack: LocalStack
) -> None:
    parts = pack(takeout.files, tmp_path / "parts", 5, random.Random(SEED))
    report = tmp_path / "report.html"
    lines, summary, code = imported(backup, parts, "--report", str(report))
    assert code == 3  # illegible JSONs and one that describes nothing
    records = backup.records()
    assert set(records) == {identity(takeout.files[path]) for path in takeout.expected}
    for path, expected in takeout.expected.items():
        assert_as_expected(records[identity(takeout.files[path])], expected)
    for path, expected in takeout.expected.items():
        if expected.relation == "motion" and expected.of is not None:
            still = records[identity(takeout.files[expected.of])]
            assert still.motion == identity(takeout.files[path]), expected.kind
    albums = {album.id: album.name for album in Albums(backup.session()).all()}
    for path, expected in takeout.expected.items():
        if expected.album is not None:
            names = {albums[each] for each in records[identity(takeout.files[path])].albums}
            assert expected.album in names, expected.kind
    assert (
        sorted(albums.values()) == summary["albums"] == sorted({e.album for e in takeout.expected.values() if e.album})
    )
    assert summary["scanned"] == len(takeout.expected)
    assert sum(summary["left_out"].values()) == len(takeout.left_out)
    assert summary["duplicates"] == len(takeout.expected) - len(records)
    assert summary["absent"] == len(takeout.jsons_without_medium)
    assert summary["problems"] == len(takeout.illegible)
    assert summary["verdict"].startswith("NOT everything in this Takeout is safe")
    assert {line["type"] for line in lines} >= {"photo", "left-out", "problem", "absent"}
    page = report.read_text()
    assert escape(summary["verdict"]) in page
    assert "<script" not in page
    # Once more: nothing is sent, nothing is doubled, nothing changes.
    _, again, _ = imported(backup, list(reversed(parts)))
    assert again["uploaded"] == 0
    assert again["already_stored"] == len(takeout.expected)
    assert backup.records() == records
    assert {album.id for album in Albums(backup.session()).all()} == set(albums)
    listed = [json.loads(line) for line in backup.run("ls", "--json").stdout.splitlines()]
    assert {line["sha256"]: line for line in listed} == {sha: record.listing() for sha, record in records.items()}
    # An export carries all of it to another account.
    assert backup.run("export", str(tmp_path / "export")).returncode == 0
    other = Backup(tmp_path / "other", local_stack)
    done = other.run("import", "folder", "--json", str(tmp_path / "export"))
    assert json_lines(done.stdout)[1]["verdict"] == "Everything in this folder is safe."
    assert other.said() == backup.said()


def test_the_order_of_parts_makes_no_difference(
    backup: Backup, takeout: Corpus, tmp_path: Path, local_stack: LocalStack
) -> None:
    other = Backup(tmp_path / "other", local_stack)
    few = {path: content for path, content in takeout.files.items() if not re.search("Photos from 19[1-9]", path)}
    for person, seed, parts in ((backup, SEED, 2), (other, SEED + 1, 5)):
        imported(person, pack(few, tmp_path / str(seed), parts, random.Random(seed)))
    assert len(backup.records()) > 40
    assert other.said() == backup.said()


def test_a_fuller_takeout_adds_what_a_part_lacked(backup: Backup, takeout: Corpus, tmp_path: Path) -> None:
    names = [path for path, expected in takeout.expected.items() if expected.json][:20]
    jsons = {str(takeout.expected[name].json) for name in names}
    media = {name: takeout.files[name] for name in names}
    (alone,) = pack(media, tmp_path / "media", 1, random.Random(SEED))
    _, summary, code = imported(backup, [alone])
    assert (code, summary["undescribed"]) == (0, len(media))
    assert summary["verdict"] == "Everything in this Takeout is safe."
    whole = pack(media | {name: takeout.files[name] for name in jsons}, tmp_path / "whole", 3, random.Random(SEED))
    _, summary, code = imported(backup, whole)
    assert (code, summary["uploaded"], summary["undescribed"]) == (0, 0, 0)
    records = backup.records()
    assert len(records) == len(media)
    for name in names:
        assert_as_expected(records[identity(media[name])], takeout.expected[name])


def test_a_missing_part_and_a_broken_one_are_named_and_the_rest_comes_in(backup: Backup, tmp_path: Path) -> None:
    made = corpus()
    media = {name: made.files[name] for name, expected in made.expected.items() if expected.json}
    parts = {path.stem[-3:]: path for path in pack(media, tmp_path, 5, random.Random(SEED))}
    broken, rubbish = parts["003"], tmp_path / "rubbish.zip"
    broken.write_bytes(broken.read_bytes()[:-30])
    rubbish.write_text("text")
    _, summary, code = imported(backup, [broken, rubbish, parts["001"]])
    assert code == 3
    assert summary["missing_parts"] == ["takeout-20240719T011900Z, part 2"]
    assert summary["problems"] == 2
    whole = {identity(content) for name, content in media.items()}
    assert set(backup.records()) <= whole
    assert len(backup.records()) == summary["scanned"] - summary["duplicates"] > len(whole) / 3


def test_a_rehearsal_sends_nothing(backup: Backup, tmp_path: Path) -> None:
    media = {name: content for name, content in corpus().files.items() if "Photos from 1900" in name}
    parts = pack(media, tmp_path, 1, random.Random(1))
    lines, summary, code = imported(backup, parts, "--dry-run")
    assert (code, summary["would_upload"], summary["uploaded"]) == (0, 1, 0)
    assert summary["verdict"] == "Everything in this Takeout can be imported."
    assert [line["result"] for line in lines] == ["would-upload"]
    assert backup.records() == {}


def test_a_sync_of_an_unpacked_takeout_keeps_all_of_it_and_names_the_import(backup: Backup, takeout: Corpus) -> None:
    words = ("Sommer", "emoji", "cut", "metadata", "2017", "Photos from 19")
    files = {path: content for path, content in takeout.files.items() if any(word in path for word in words)}
    files = dict(list(files.items())[:60])
    for path, content in files.items():
        (backup.photos / path).parent.mkdir(parents=True, exist_ok=True)
        (backup.photos / path).write_bytes(content)
    done = backup.run("sync", str(backup.photos), "--json")
    lines, summary = json_lines(done.stdout)
    assert (done.returncode, summary["ignored"]) == (0, 0)
    assert {line["path"] for line in lines} == {str(backup.photos / path) for path in files}
    assert done.stderr.splitlines()[-1] == f"  photobak import takeout {backup.photos}/Takeout"
    # Once more, every night: nothing new, so it is not said again.
    assert "import takeout" not in backup.run("sync", str(backup.photos)).stderr
    imported_later = backup.run("import", "takeout", str(backup.photos / "Takeout"), "--json")
    assert json_lines(imported_later.stdout)[1]["uploaded"] == 0


def test_what_is_no_export_is_wrong_usage(backup: Backup, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_text("text")
    done = backup.run("import", "takeout", str(path))
    assert done.returncode == 2
    assert "neither a zip file" in done.stderr


def test_words_on_the_terminal_are_json_free(backup: Backup, tmp_path: Path) -> None:
    media = {name: content for name, content in corpus().files.items() if "Photos from 1900" in name}
    done = backup.run("import", "takeout", *map(str, pack(media, tmp_path, 1, random.Random(1))))
    assert done.returncode == 0
    assert done.stderr.rstrip().endswith("Everything in this Takeout is safe.")
    with pytest.raises(json.JSONDecodeError):
        json.loads(done.stderr)
