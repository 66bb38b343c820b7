"""What becomes of the backup when files are moved, edited, copied or deleted here."""

import shutil
from io import FileIO
from pathlib import Path

import pytest
from support.backup import Backup, sha256
from support.known_files import known_file

from photobak.client.files import examine
from photobak.client.files.candidate import Candidate
from photobak.client.files.scan import Filters
from photobak.client.index.index import Fingerprint, Index
from photobak.client.upload.announce import announce_all
from photobak.photo.record import Status
from photobak.platform.files import open_to_read


class TestChanges:
    def test_a_renamed_file_is_not_sent_and_its_place_follows(self, backup: Backup, tmp_path: Path) -> None:
        (photo,) = backup.make("a.jpg")
        backup.sync()
        photo = photo.rename(backup.photos / "better name.jpg")
        run = backup.sync()
        assert (run.results, run.summary.uploaded) == ({"better name.jpg": "already-stored"}, 0)
        assert backup.sources(photo.read_bytes()) == {"laptop:better name.jpg"}
        backup.require_restorable(tmp_path / "back")

    def test_a_moved_folder_is_not_sent_and_its_places_follow(self, backup: Backup, tmp_path: Path) -> None:
        photos = backup.make(*(f"new/{number}.jpg" for number in range(12)), "stays.jpg")
        backup.sync()
        (backup.photos / "2024").mkdir()
        (backup.photos / "new").rename(backup.photos / "2024" / "06")
        run = backup.sync()
        assert (run.counts, run.summary.uploaded) == ({"unchanged": 1, "already-stored": 12}, 0)
        moved = backup.photos / "2024" / "06" / photos[3].name
        assert backup.sources(moved.read_bytes()) == {f"laptop:2024/06/{moved.name}"}
        backup.require_restorable(tmp_path / "back")
        assert backup.sync().counts == {"unchanged": 13}

    def test_a_deleted_copy_is_taken_out_of_the_places(self, backup: Backup) -> None:
        (photo,) = backup.make("a.jpg")
        shutil.copy(photo, backup.photos / "b.jpg")
        backup.sync()
        (backup.photos / "b.jpg").unlink()
        backup.sync()
        assert backup.sources(photo.read_bytes()) == {"laptop:a.jpg"}

    def test_a_deleted_photo_stays_backed_up_with_its_last_place(self, backup: Backup) -> None:
        photo, _ = backup.make("a.jpg", "b.jpg")
        content = photo.read_bytes()
        backup.sync()
        photo.unlink()
        run = backup.sync()
        assert run.counts == {"unchanged": 1}
        assert backup.sources(content) == {"laptop:a.jpg"}
        photo.write_bytes(content)
        assert backup.sync().results == {"a.jpg": "already-stored"}

    def test_an_edited_photo_is_a_new_one_and_the_old_one_stays(self, backup: Backup) -> None:
        (photo,) = backup.make("a.jpg")
        before = sha256(photo)
        backup.sync()
        backup.make("a.jpg")
        assert backup.sync().counts == {"stored": 1}
        assert set(backup.records()) == {before, sha256(photo)}

    def test_an_edited_copy_is_no_place_of_what_it_was(self, backup: Backup, tmp_path: Path) -> None:
        (photo,) = backup.make("a.jpg")
        shutil.copy(photo, backup.photos / "b.jpg")
        backup.sync()
        backup.make("b.jpg")
        backup.sync()
        assert backup.sources(photo.read_bytes()) == {"laptop:a.jpg"}
        backup.require_restorable(tmp_path / "back")

    def test_a_photo_that_was_cut_off_before_it_was_sent_and_then_moved(self, backup: Backup, tmp_path: Path) -> None:
        """What a killed run has announced under its old name has that place taken away later."""
        (photo,) = backup.make("a.jpg")
        with Index.open(backup.index_file) as index:
            known = known_file(
                photo, "", Status.EXPECTED, fingerprint=Fingerprint.of(photo.stat()), sha256=sha256(photo)
            )
            index.expect([known])
            announcement = Candidate.pending(known).announcement((known.source,))
        announce_all(backup.session(), [announcement])
        photo.rename(backup.photos / "b.jpg")
        backup.sync()
        backup.require_restorable(tmp_path / "back")

    def test_two_photos_that_swap_their_names(self, backup: Backup, tmp_path: Path) -> None:
        one, two = backup.make("a.jpg", "b.jpg")
        backup.sync()
        one.rename(backup.photos / "x")
        two.rename(one)
        (backup.photos / "x").rename(two)
        run = backup.sync()
        assert (run.counts, run.summary.uploaded) == ({"already-stored": 2}, 0)
        backup.require_restorable(tmp_path / "back")

    def test_a_disk_that_is_not_mounted_is_remembered(self, backup: Backup) -> None:
        backup.make("a.jpg", "2024/b.jpg")
        backup.sync()
        backup.photos.rename(backup.home / "unplugged")
        backup.photos.mkdir()
        assert backup.sync().summary.scanned == 0
        backup.photos.rmdir()
        (backup.home / "unplugged").rename(backup.photos)
        assert backup.sync().counts == {"unchanged": 2}

    def test_a_file_that_is_excluded_from_now_on_keeps_its_place(self, backup: Backup) -> None:
        photo, _ = backup.make("a.jpg", "b.jpg")
        shutil.copy(photo, backup.photos / "copy.jpg")
        backup.sync()
        backup.sync(filters=Filters.of((), ("copy.jpg",)))
        assert backup.sources(photo.read_bytes()) == {"laptop:a.jpg", "laptop:copy.jpg"}

    def test_a_file_that_goes_before_it_is_read_is_no_failure(
        self, backup: Backup, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gone, _ = backup.make("a.jpg", "b.jpg")

        def open_late(path: Path) -> FileIO:
            gone.unlink(missing_ok=True)
            return open_to_read(path)

        monkeypatch.setattr(examine, "open_to_read", open_late)
        run = backup.sync()
        assert run.counts == {"stored": 1}
        assert run.watcher.left_alone == {str(gone): "it was removed before it was read"}
