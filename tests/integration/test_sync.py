"""A sync against the real local stack: what is sent, what is not, and what the cloud and the index know then."""

import os
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from support.backup import Backup, contents, sha256, write_photo
from support.photo_files import dated, jpeg, movie

from photobak.client.index.index import Fingerprint, Index
from photobak.errors import CloudError
from photobak.photo.capture_time import TakenSource


class TestPlainDays:
    def test_new_photos_are_stored_and_come_back_byte_for_byte(self, backup: Backup, tmp_path: Path) -> None:
        photos = backup.make("a.jpg", "2024/b.jpg", "2024/06/c.jpg")
        run = backup.sync()
        assert run.counts == {"stored": 3}
        assert (run.summary.uploaded, run.summary.bytes_uploaded) == (3, sum(path.stat().st_size for path in photos))
        assert run.watcher.bytes_sent == run.summary.bytes_uploaded
        assert run.summary.complete
        assert set(backup.records()) == {sha256(path) for path in photos}
        assert backup.sources(photos[2].read_bytes()) == {"laptop:2024/06/c.jpg"}
        backup.require_restorable(tmp_path / "back")

    def test_a_second_run_reads_and_sends_nothing(self, backup: Backup) -> None:
        backup.make("a.jpg", "2024/b.jpg")
        backup.sync()
        run = backup.sync()
        assert run.counts == {"unchanged": 2}
        assert (run.summary.uploaded, run.watcher.outcomes) == (0, [])

    def test_a_run_without_the_cloud_calls_nothing_safe(self, backup: Backup) -> None:
        backup.make("a.jpg")
        backup.sync()
        with pytest.raises(CloudError, match="doesn't answer"):
            backup.without_network().sync()

    def test_photos_that_may_only_be_read_are_backed_up_and_stay_as_they_are(self, backup: Backup) -> None:
        photos = backup.make("a.jpg", "2024/b.jpg")
        folders = [backup.photos / "2024", backup.photos]
        for path in (*photos, *folders):
            path.chmod(0o400 if path.is_file() else 0o500)
        before = {path: (path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in (*photos, *folders)}
        try:
            done = backup.run("sync", str(backup.photos), "--rehash")  # as somebody whom permissions bind
            after = {path: (path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in (*photos, *folders)}
        finally:
            for folder in folders:
                folder.chmod(0o700)
        assert (done.returncode, after) == (0, before)
        assert len(backup.records()) == 2

    def test_a_rehearsal_sends_nothing(self, backup: Backup) -> None:
        backup.make("a.jpg", "b.jpg")
        assert backup.without_network().sync(dry_run=True).results == {"a.jpg": "would-upload", "b.jpg": "would-upload"}

    def test_a_rehearsal_leaves_the_index_as_it_is(self, backup: Backup) -> None:
        backup.make("a.jpg")
        backup.sync(dry_run=True)
        assert backup.sync().counts == {"stored": 1}

    def test_names_of_every_kind_come_back(self, backup: Backup, tmp_path: Path) -> None:
        odd = [
            "two\nlines.jpg",
            "☼ 🌄.jpg",
            os.fsdecode(b"caf\xe9.jpg"),
            "back\\slash.jpg",
            "%41 + é.jpg",
            "x" * 251 + ".jpg",
        ]
        backup.make(*odd, "deep/" + "/".join(["d" * 200] * 5) + "/a.jpg")
        run = backup.sync()
        assert run.counts == {"stored": 7}
        backup.require_restorable(tmp_path / "back")
        assert backup.sync().counts == {"unchanged": 7}

    def test_documents_are_counted_and_named(self, backup: Backup) -> None:
        backup.make("a.jpg")
        (backup.photos / "notes.txt").write_text("not a photo")
        run = backup.sync()
        assert (run.counts, run.summary.ignored) == ({"stored": 1}, 1)
        assert run.watcher.left_alone == {str(backup.photos / "notes.txt"): "not a photo, video or sidecar"}

    def test_what_cannot_be_decoded_is_kept_without_a_preview(self, backup: Backup, tmp_path: Path) -> None:
        for name, content in {
            "empty.jpg": b"",
            "text.jpg": b"text",
            "cut.jpg": jpeg(dated("2024:06:30 12:00:00"))[:100],
        }.items():
            (backup.photos / name).write_bytes(content)
        run = backup.sync()
        assert run.counts == {"no-preview": 3}
        assert run.reason("text.jpg")
        assert run.summary.complete
        backup.require_restorable(tmp_path / "back")

    def test_nothing_to_do(self, backup: Backup) -> None:
        run = backup.without_network().sync()
        assert (run.summary.scanned, run.summary.complete) == (0, True)

    def test_the_run_is_noted(self, backup: Backup) -> None:
        backup.make("a.jpg")
        backup.sync()
        with Index.open(backup.index_file) as index:
            noted = index.last_run()
        assert noted is not None
        assert noted[1]["stored"] == 1


class TestTwins:
    def test_one_content_at_several_paths_is_sent_once(self, backup: Backup, tmp_path: Path) -> None:
        (photo,) = backup.make("a.jpg")
        for name in ("b.jpg", "copies/a.jpg"):
            (backup.photos / name).parent.mkdir(exist_ok=True)
            shutil.copy(photo, backup.photos / name)
        run = backup.sync()
        assert run.summary.uploaded == 1
        assert run.summary.scanned == 3
        assert backup.sources(photo.read_bytes()) == {"laptop:a.jpg", "laptop:b.jpg", "laptop:copies/a.jpg"}
        backup.require_restorable(tmp_path / "back")

    def test_twins_in_different_batches_are_sent_once(self, backup: Backup) -> None:
        photos = backup.make(*(f"one/{number:02}.jpg" for number in range(20)))
        shutil.copytree(backup.photos / "one", backup.photos / "two")
        run = backup.sync(jobs=8)
        assert run.summary.uploaded == 20
        assert run.summary.scanned == 40
        assert run.summary.complete
        for photo in photos:
            assert backup.sources(photo.read_bytes()) == {f"laptop:one/{photo.name}", f"laptop:two/{photo.name}"}

    def test_more_copies_than_one_announcement_names(self, backup: Backup) -> None:
        for number in range(120):
            (backup.photos / f"{number}.jpg").write_bytes(b"")
        run = backup.sync()
        assert (run.summary.uploaded, run.summary.scanned, run.summary.complete) == (1, 120, True)
        assert len(backup.sources(b"")) == 120

    def test_a_new_copy_of_what_is_backed_up_adds_its_place(self, backup: Backup) -> None:
        (photo,) = backup.make("a.jpg")
        backup.sync()
        shutil.copy(photo, backup.photos / "b.jpg")
        run = backup.sync()
        assert run.counts == {"unchanged": 1, "already-stored": 1}
        assert run.summary.uploaded == 0
        assert backup.sources(photo.read_bytes()) == {"laptop:a.jpg", "laptop:b.jpg"}

    def test_hard_links_are_twins(self, backup: Backup) -> None:
        (photo,) = backup.make("a.jpg")
        os.link(photo, backup.photos / "b.jpg")
        assert backup.sync().summary.uploaded == 1


class TestPairs:
    def test_a_film_lies_beside_its_photo(self, backup: Backup) -> None:
        (backup.photos / "IMG_1.JPG").write_bytes(jpeg(dated("2024:06:30 12:00:00", offset="+02:00")))
        (backup.photos / "IMG_1.MOV").write_bytes(movie(creation_date="2024-06-30T11:59:58+0200"))
        (backup.photos / "IMG_1.xmp").write_bytes(b"<x/>")
        backup.sync()
        found = {record.filename: record.taken for record in backup.records().values()}
        assert {name: taken.isoformat() for name, taken in found.items()} == dict.fromkeys(
            ("IMG_1.JPG", "IMG_1.MOV", "IMG_1.xmp"), "2024-06-30T12:00:00+02:00"
        )
        assert found["IMG_1.MOV"].source is TakenSource.PARTNER

    def test_a_film_that_comes_later_lies_beside_its_photo_too(self, backup: Backup) -> None:
        (backup.photos / "IMG_1.JPG").write_bytes(jpeg(dated("2024:06:30 12:00:00", offset="+02:00")))
        backup.sync()
        (backup.photos / "IMG_1.MOV").write_bytes(movie(creation_date="2024-06-30T11:59:58+0200"))
        run = backup.sync()
        assert run.counts["unchanged"] == 1
        found = {record.filename: record.taken.isoformat() for record in backup.records().values()}
        assert found["IMG_1.MOV"] == "2024-06-30T12:00:00+02:00"


class TestRehash:
    def damage(self, backup: Backup, photo: Path) -> None:
        """Other bytes in place of the photo's, which no size and no time tells of: the index is given the new ones."""
        photo.write_bytes(photo.read_bytes()[:-1] + b"!")
        with Index.open(backup.index_file) as index:
            (known,) = index.files(str(photo.parent), [photo.name])
            index.confirm([replace(known, fingerprint=Fingerprint.of(photo.stat()))], time.time())

    def test_bit_rot_is_reported_and_neither_sent_nor_believed(self, backup: Backup) -> None:
        rotten, *_ = backup.make("rotten.jpg", "sound.jpg", "edited.jpg")
        before = rotten.read_bytes()
        backup.sync()
        self.damage(backup, rotten)
        assert backup.sync().counts == {"unchanged": 3}  # no size, no time tells of it
        backup.make("edited.jpg")
        for _ in range(2):  # and so it is said again until somebody mends it
            run = backup.sync(rehash=True)
            assert (run.results["rotten.jpg"], run.results["sound.jpg"]) == ("failed", "unchanged")
            assert "it is damaged" in run.reason("rotten.jpg")
            assert not run.summary.complete
        assert (run.counts, run.summary.uploaded) == ({"failed": 1, "unchanged": 2}, 0)
        assert len(backup.records()) == 4  # with the one from before the edit
        assert backup.sources(before) == {"laptop:rotten.jpg"}
        rotten.write_bytes(before)  # the good copy, as `photobak get` brings it back
        assert backup.sync(rehash=True).results["rotten.jpg"] == "already-stored"

    def test_a_rehearsal_finds_it_too(self, backup: Backup) -> None:
        rotten, _ = backup.make("rotten.jpg", "sound.jpg")
        backup.sync()
        self.damage(backup, rotten)
        assert backup.without_network().sync(dry_run=True, rehash=True).counts == {"failed": 1, "unchanged": 1}


class TestLimit:
    def test_the_newest_first_and_the_rest_in_later_runs(self, backup: Backup) -> None:
        for age, photo in enumerate(backup.make(*(f"{number}.jpg" for number in range(5)))):
            os.utime(photo, (1_700_000_000 - age,) * 2)
        (backup.photos / "newer than all.txt").write_text("no photo")
        run = backup.sync(limit=2)
        assert (run.counts, run.summary.postponed, run.summary.complete) == ({"stored": 2}, 3, True)
        assert set(run.results) == {"0.jpg", "1.jpg"}
        assert run.summary.to_json()["postponed"] == 3
        assert set(backup.sync(limit=2).results) == {"2.jpg", "3.jpg"}
        assert (backup.sync(limit=2).counts, backup.sync(limit=2).counts) == (
            {"unchanged": 4, "stored": 1},
            {"unchanged": 5},
        )


class TestOtherDevices:
    def test_a_new_laptop_sends_nothing(self, backup: Backup) -> None:
        (photo, *_) = backup.make(*(f"{number}.jpg" for number in range(12)))
        backup.sync()
        backup.index_file.unlink()
        run = backup.sync(device="new-laptop")
        assert (run.counts, run.summary.uploaded) == ({"already-stored": 12}, 0)
        assert backup.sources(photo.read_bytes()) == {"laptop:0.jpg", "new-laptop:0.jpg"}

    def test_a_damaged_index_sends_nothing(self, backup: Backup) -> None:
        backup.make("a.jpg", "b.jpg")
        backup.sync()
        backup.index_file.write_bytes(b"\xff" * 20_000)
        run = backup.sync()
        assert (run.counts, run.summary.uploaded) == ({"already-stored": 2}, 0)
        assert backup.sync().counts == {"unchanged": 2}

    def test_an_index_of_an_older_photobak_is_rebuilt_and_sends_nothing(self, backup: Backup) -> None:
        photos = backup.make("a.jpg", "b.jpg")
        backup.sync()
        photos[0].rename(backup.photos / "c.jpg")
        with closing(sqlite3.connect(backup.index_file)) as connection:
            connection.execute("PRAGMA user_version = 1")
        done = backup.run("sync", "Pictures")
        assert done.returncode == 0
        assert "older photobak (schema 1): every file is read again, none is uploaded twice" in done.stderr
        assert backup.sync().counts == {"unchanged": 2}


def test_files_named_one_by_one(backup: Backup) -> None:
    one, two, _ = backup.make("a.jpg", "b.jpg", "c.jpg")
    assert backup.sync(one, two).counts == {"stored": 2}
    assert contents(backup.photos).keys() == {"a.jpg", "b.jpg", "c.jpg"}
    assert backup.sync().counts == {"unchanged": 2, "stored": 1}


def test_a_folder_and_a_file_in_it(backup: Backup) -> None:
    one, _ = backup.make("a.jpg", "2024/b.jpg")
    assert backup.sync(backup.photos, one, backup.photos / "2024").summary.scanned == 2


def test_two_folders_of_one_machine_keep_apart_in_a_restore(backup: Backup, tmp_path: Path) -> None:
    card = tmp_path / "card"
    ours, theirs = write_photo(backup.photos / "a.jpg"), write_photo(card / "a.jpg")
    backup.sync(backup.photos, card)
    assert backup.sources(ours.read_bytes()) == {"laptop:a.jpg"}
    assert backup.sources(theirs.read_bytes()) == {"laptop:card/a.jpg"}
    done = backup.run("get", "--all", "--layout", "source", "--to", str(tmp_path / "back"))
    assert done.returncode == 0
    assert contents(tmp_path / "back") == {"a.jpg": sha256(ours), "card/a.jpg": sha256(theirs)}
    one = write_photo(card / "b.jpg")
    backup.sync(one)  # named by itself, it belongs to its folder all the same
    assert backup.sources(one.read_bytes()) == {"laptop:card/b.jpg"}
    assert backup.sync(backup.photos, card).counts == {"unchanged": 3}
