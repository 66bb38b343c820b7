"""`photobak free`: moves exactly what is safe, and whatever happens, nothing is lost."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.backup import Backup, contents, json_lines, picture, write_photo
from support.library_damage import Damage
from support.photo_files import dated
from support.pictures import encoded, quadrants

from photobak.client.files.scan import distinct_roots
from photobak.client.free.freer import Freer, freed_list_path
from photobak.client.free.judge import FreeResult
from photobak.client.index.index import Index
from photobak.platform.trash import move_to_trash

YEAR_AGO = datetime.now(UTC) - timedelta(days=365)
TRASH = Path(".local/share/Trash/files")


def write_young(path: Path) -> Path:
    """A photo of last week."""
    taken = (datetime.now(UTC) - timedelta(days=7)).strftime("%Y:%m:%d %H:%M:%S")
    path.write_bytes(encoded(quadrants(), "JPEG", exif=b"Exif\0\0" + dated(taken, offset="+00:00")) + os.urandom(99))
    return path


def write_sidecar(path: Path, more: str = "") -> Path:
    path.write_text(f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{path.name}{more}</x:xmpmeta>')
    return path


def set_traps(me: Backup, other: Backup) -> dict[str, str]:
    """Files that must stay, each with the reason that is to be given."""
    photos = me.photos
    names = ("changed", "linked", "trashed", "damaged", "gone", "deep", "lost", "pair", "unreadable")
    files = {name: write_photo(photos / f"{name}.jpg") for name in names}
    write_sidecar(photos / "pair.xmp")
    write_young(photos / "young.jpg")
    me.sync()
    theirs = write_photo(photos / "theirs.jpg")
    other.sync(theirs)
    write_photo(photos / "new.jpg")
    before = files["changed"].stat()
    files["changed"].write_bytes(picture() + b"x" * 2000)
    os.utime(files["changed"], ns=(before.st_atime_ns, before.st_mtime_ns))
    os.link(files["linked"], me.home / "another name")
    me.sync(files["linked"])  # the link has changed its times
    write_sidecar(photos / "pair.xmp", "edited")
    (photos / "symlink.jpg").symlink_to(files["changed"])
    damage, records = Damage(me), {record.filename: record for record in me.records().values()}
    damage.overwrite(records["damaged.jpg"].original_key, b"x" * records["damaged.jpg"].size)
    damage.hide(records["gone.jpg"].original_key)
    damage.freeze(records["deep.jpg"], "DEEP_ARCHIVE")
    damage.lose_tables(records["lost.jpg"])
    damage.say_of_content(records["trashed.jpg"], "trashed")
    files["unreadable"].chmod(0)
    return {
        "changed.jpg": "it has changed since it was backed up",
        "linked.jpg": "it has hard links: another name keeps its space",
        "trashed.jpg": "its photo is in the trash of the cloud",
        "damaged.jpg": "its original is damaged: photobak repair",
        "gone.jpg": "its original: it is gone from the cloud",
        "deep.jpg": "its original is archived in DEEP_ARCHIVE",
        "lost.jpg": "the cloud has lost it",
        "pair.jpg": "it belongs to pair.xmp, which stays",
        "pair.xmp": "it has changed since it was backed up",
        "young.jpg": "it is too young",
        "theirs.jpg": "this account has not backed it up",
        "new.jpg": "this account has not backed it up",
        "unreadable.jpg": "it has changed since it was backed up",
    }


def test_it_moves_exactly_what_is_safe(backup: Backup, tmp_path: Path) -> None:
    other = Backup(tmp_path / "other", backup.stack)
    (backup.photos / "notes.txt").write_text("a document")
    safe = {"safe.jpg", "safe.xmp", "sub/safe.jpg"}
    for name in sorted(safe):
        (write_sidecar if name.endswith("xmp") else write_photo)(backup.photos / name)
    traps = set_traps(backup, other)
    before = contents(backup.photos)
    arguments = ("free", str(backup.photos), "--older-than", "1y", "--json")

    shown, summary = json_lines(backup.run(*arguments).stdout)
    assert {"freed": 0, "would_free": summary["would_free"]}.items() <= summary.items()
    assert safe <= {os.path.relpath(line["path"], backup.photos) for line in shown if line["result"] == "would-free"}
    assert contents(backup.photos) == before

    done = backup.run(*arguments, "--yes")
    lines, summary = json_lines(done.stdout)
    said = {os.path.relpath(line["path"], backup.photos): (line["result"], line["reason"]) for line in lines}
    assert {name: reason for name, (result, reason) in said.items() if result == "kept"} == traps
    assert {name for name, (result, _) in said.items() if result == "freed"} == safe
    assert (done.returncode, summary["freed"], summary["kept"]) == (3, len(safe), len(traps))
    assert summary["bytes"] == sum(path.stat().st_size for path in (backup.home / TRASH).rglob("*") if path.is_file())
    assert contents(backup.photos) == {name: found for name, found in before.items() if name not in safe}
    trashed = contents(backup.home / TRASH)
    assert sorted(trashed.values()) == sorted(before[name] for name in safe)
    assert len(freed_list_path(backup.places, backup.profile).read_text().splitlines()) == len(safe)


def test_what_is_freed_is_not_gone_and_comes_back_to_its_place(backup: Backup, tmp_path: Path) -> None:
    backup.make("a.jpg", "sub/b.jpg", "c.jpg")
    backup.sync()
    before = contents(backup.photos)
    assert backup.run("free", str(backup.photos), "--older-than", "1y", "--yes").returncode == 0
    assert contents(backup.photos) == {}
    done = backup.run("sync", str(backup.photos), "--json", "--recheck")
    assert (done.returncode, json_lines(done.stdout)[1]["scanned"]) == (0, 0)
    assert "freed      3 files in the cloud only" in backup.run("status").stdout
    assert {source for record in backup.records().values() for source in record.sources} == {
        f"laptop:{name}" for name in before
    }
    assert backup.run("get", "--all", "--layout", "source", "--to", str(backup.photos)).returncode == 0
    assert contents(backup.photos) == before
    backup.sync()
    with Index.open(backup.index_file) as index:
        assert index.freed() == 0

    (freed,) = backup.photos.glob("a.jpg")
    backup.run("free", str(freed), "--older-than", "1y", "--yes")
    damage = Damage(backup)
    for record in backup.records().values():  # as a thief would, from elsewhere
        damage.say_of_content(record, "trashed")
    told = backup.run("sync", str(backup.photos), "--recheck")
    assert told.returncode == 3
    assert "3 files deleted elsewhere" in told.stderr


def test_a_folder_that_is_not_mounted_is_told_and_nothing_happens(backup: Backup) -> None:
    (photo,) = backup.make("a.jpg")
    backup.sync()
    photo.rename(backup.home / "a.jpg")
    done = backup.run("free", str(backup.photos), "--older-than", "1y", "--yes")
    assert done.returncode == 3
    assert "is empty, but files were backed up from it. Is its disk mounted?" in done.stderr


def after_the_move(path: Path) -> None:
    path.unlink()
    raise KeyboardInterrupt


def before_the_move(path: Path) -> None:
    raise KeyboardInterrupt


def no_trash(path: Path) -> None:
    raise OSError(13, "Permission denied")


@pytest.mark.parametrize("trash", [before_the_move, after_the_move, no_trash])
def test_a_crash_between_any_two_steps_loses_nothing(
    backup: Backup, tmp_path: Path, trash: Callable[[Path], None]
) -> None:
    backup.make("a.jpg", "b.jpg")
    backup.sync()
    before = contents(backup.photos)
    outcomes = []
    with Index.open(backup.index_file) as index:
        freer = Freer(backup.session(), index, tmp_path / "freed.jsonl", YEAR_AGO, trash)
        try:
            outcomes = list(freer.free(distinct_roots([backup.photos])))
        except KeyboardInterrupt:
            assert trash is not no_trash
    assert all(each.result is FreeResult.KEPT and each.failed for each in outcomes)
    left = contents(backup.photos)
    assert len(left) == (1 if trash is after_the_move else 2)
    run = backup.sync(recheck=True)
    assert run.summary.complete
    assert run.summary.uploaded == 0
    assert backup.run("get", "--all", "--layout", "source", "--to", str(backup.photos)).returncode == 0
    assert contents(backup.photos) == before


def test_the_trash_of_the_system_takes_a_file_with_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9\n%.jpg")
    path.write_bytes(b"x")
    monkeypatch.setenv("HOME", str(tmp_path))
    move_to_trash(path)
    assert not path.exists()
