"""A sync against the real local stack: what is sent, what is not, and what the cloud and the index know then."""

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from support.backup import SAFE, Backup, Run, Watcher, contents
from support.known_files import known_file
from support.local_stack import root_client
from support.photo_files import dated, jpeg, movie

from photobak.client.index.index import Fingerprint, Index
from photobak.client.sync.announce import Announcer, Content, Wanted, announce_all
from photobak.client.sync.candidate import Candidate
from photobak.client.sync.ledger import Ledger
from photobak.client.sync.outcome import Result
from photobak.client.sync.scan import Filters, distinct_roots
from photobak.client.sync.send import Sender
from photobak.client.sync.sync import Options, Sync
from photobak.client.sync.turns import Turns
from photobak.client.sync.upload import RateLimit
from photobak.errors import CloudError
from photobak.local.values import LocalStack
from photobak.photo.capture_time import TakenSource
from photobak.photo.record import Status

DAY = 24 * 3600.0


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def processing_paused(stack: LocalStack) -> Iterator[None]:
    """Nothing takes uploads from the queue."""
    client = root_client(stack, "lambda")
    queues = [
        each["UUID"]
        for each in client.list_event_source_mappings()["EventSourceMappings"]
        if ":sqs:" in each["EventSourceArn"]
    ]
    try:
        for mapping in queues:
            client.update_event_source_mapping(UUID=mapping, Enabled=False)
        yield
    finally:
        for mapping in queues:
            client.update_event_source_mapping(UUID=mapping, Enabled=True)


def require_safe(run: Run) -> None:
    """All of it is safe; how the run heard of that depends on how fast the cloud has been meanwhile."""
    assert (set(run.results.values()) <= SAFE, run.summary.complete) == (True, True)


def without_network(backup: Backup) -> Backup:
    """The same person where no server answers at all."""
    nowhere = "http://127.0.0.1:1"
    backup.profile = replace(backup.profile, api_url=nowhere, endpoint_url=nowhere, hosted_ui_url=nowhere)
    return backup


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

    def test_a_second_run_is_idle_and_asks_nobody(self, backup: Backup) -> None:
        backup.make("a.jpg", "2024/b.jpg")
        backup.sync()
        run = without_network(backup).sync()
        assert run.counts == {"unchanged": 2}
        assert (run.summary.uploaded, run.watcher.outcomes) == (0, [])

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
        assert without_network(backup).sync(dry_run=True).results == {"a.jpg": "would-upload", "b.jpg": "would-upload"}

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
        run = without_network(backup).sync()
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
        assert without_network(backup).sync().counts == {"unchanged": 13}

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
        assert without_network(backup).sync().counts == {"unchanged": 2}

    def test_a_file_that_is_excluded_from_now_on_keeps_its_place(self, backup: Backup) -> None:
        photo, _ = backup.make("a.jpg", "b.jpg")
        shutil.copy(photo, backup.photos / "copy.jpg")
        backup.sync()
        backup.sync(filters=Filters.of((), ("copy.jpg",)))
        assert backup.sources(photo.read_bytes()) == {"laptop:a.jpg", "laptop:copy.jpg"}

    def test_a_file_that_goes_before_it_is_read_is_no_failure(self, backup: Backup) -> None:
        gone, _ = backup.make("a.jpg", "b.jpg")

        class Remover(Watcher):
            def found(self, files: int, size: int) -> None:
                gone.unlink(missing_ok=True)

        with Index.open(backup.index_file) as index:
            watcher = Remover()
            options = Options(jobs=1, device="laptop", zone=UTC, filters=Filters(), timeout=30)
            summary = Sync(backup.session(), index, watcher, options).run(distinct_roots([backup.photos]))
        assert +summary.results == {Result.STORED: 1}
        assert watcher.left_alone == {str(gone): "it went before it was read"}


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
            assert "disk or memory have damaged it" in run.reason("rotten.jpg")
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
        assert without_network(backup).sync(dry_run=True, rehash=True).counts == {"failed": 1, "unchanged": 1}


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
        assert without_network(backup).sync().counts == {"unchanged": 2}


class TestPending:
    def test_what_is_not_waited_for_is_confirmed_by_the_next_run(self, backup: Backup, tmp_path: Path) -> None:
        backup.make("a.jpg", "b.jpg")
        with processing_paused(backup.stack):
            run = backup.sync(wait=False)
            assert (run.counts, run.summary.uploaded, run.summary.complete) == ({"pending": 2}, 2, False)
            assert backup.records() == {}
        run = backup.sync()
        # How the next run hears of it depends on how fast the cloud has been meanwhile.
        assert (set(run.results.values()) <= SAFE, run.summary.complete, run.summary.uploaded) == (True, True, 0)
        backup.require_restorable(tmp_path / "back")

    def test_what_is_not_confirmed_in_time_is_left_to_the_next_run(self, backup: Backup) -> None:
        backup.make("a.jpg", "b.jpg")
        with processing_paused(backup.stack):
            started = time.monotonic()
            run = backup.sync(timeout=0.5)
            assert 0.5 < time.monotonic() - started < 30
            assert run.counts == {"pending": 2}
            assert run.reason("a.jpg") == "the cloud has confirmed nothing for 0.5 seconds"
            again = backup.sync(timeout=0.5)
            assert (again.counts, again.summary.uploaded) == ({"pending": 2}, 0)
        require_safe(backup.sync())

    def test_what_the_cloud_has_lost_is_sent_again(self, backup: Backup) -> None:
        """A day after its upload an object has left the temp bucket, processed or not."""
        backup.make("a.jpg")
        with processing_paused(backup.stack):
            backup.sync(wait=False)
            s3 = root_client(backup.stack, "s3")
            for key in backup.temporary_objects():
                s3.delete_object(Bucket=backup.stack.outputs.temp_bucket, Key=key)
            assert backup.sync(wait=False).summary.uploaded == 0
            with Index.open(backup.index_file) as index:
                (file,) = index.files(str(backup.photos), ["a.jpg"])
                index.note_sent([file], time.time() - DAY - 1)
            assert backup.sync(wait=False).summary.uploaded == 1
        require_safe(backup.sync())

    def test_what_was_edited_before_it_was_confirmed_is_sent_as_it_is_now(self, backup: Backup, tmp_path: Path) -> None:
        (photo,) = backup.make("a.jpg")
        with processing_paused(backup.stack):
            backup.sync(wait=False)
        backup.make("a.jpg")
        assert backup.sync().counts == {"stored": 1}
        assert sha256(photo) in backup.records()
        with Index.open(backup.index_file) as index:
            assert index.counts() == {"stored": 1}

    def test_what_was_moved_before_it_was_confirmed_keeps_one_place(self, backup: Backup, tmp_path: Path) -> None:
        (photo,) = backup.make("a.jpg")
        with processing_paused(backup.stack):
            backup.sync(wait=False)
            photo.rename(backup.photos / "b.jpg")
            backup.sync(wait=False)
        backup.sync()
        backup.sync()
        backup.require_restorable(tmp_path / "back")


class TestRefusals:
    def misread(self, backup: Backup) -> Path:
        """A photo whose hash the index has wrong, as if its disk or memory had erred once."""
        (photo,) = backup.make("a.jpg")
        wrong = replace(known_file(photo, "other bytes", Status.EXPECTED), fingerprint=Fingerprint.of(photo.stat()))
        with Index.open(backup.index_file) as index:
            index.note_sent([wrong], time.time() - 2 * DAY)
        return photo

    def test_bytes_that_do_not_match_are_read_again_and_sent_once_more(self, backup: Backup, tmp_path: Path) -> None:
        photo = self.misread(backup)
        run = backup.sync()
        assert (run.counts, run.summary.uploaded) == ({"stored": 1}, 2)
        assert set(backup.records()) == {sha256(photo)}
        backup.require_restorable(tmp_path / "back")

    def test_a_file_over_the_upload_limit_is_refused_by_name_before_anything_is_sent(self, backup: Backup) -> None:
        backup.make("a.jpg")
        backup.make("large.jpg", size=50_000)
        backup.profile = replace(backup.profile, max_upload_bytes=20_000)
        run = backup.sync()
        assert run.results == {"a.jpg": "stored", "large.jpg": "failed"}
        assert "more than one upload takes (20,000)" in run.reason("large.jpg")
        assert not run.summary.complete

    def test_a_rate_is_kept(self, backup: Backup) -> None:
        backup.make(*(f"{number}.jpg" for number in range(4)), size=100_000)
        started = time.monotonic()
        run = backup.sync(bytes_per_second=400_000.0)
        assert run.counts == {"stored": 4}
        assert time.monotonic() - started > 0.9

    def test_no_cloud_is_an_error(self, backup: Backup) -> None:
        backup.make("a.jpg")
        with pytest.raises(CloudError):
            without_network(backup).sync()


class TestSender:
    """Files that are touched between their reading and their sending."""

    @pytest.fixture
    def wanted(self, backup: Backup) -> Wanted:
        twins = backup.make("a.jpg", "b.jpg")
        twins[1].write_bytes(twins[0].read_bytes())
        found: list[Candidate] = []
        for path in twins:
            known = known_file(path, fingerprint=Fingerprint.of(path.stat()), sha256=sha256(path))
            found.append(replace(Candidate.pending(known), uploaded_at=None))
        (answer,) = Announcer(backup.session()).announce_batch([Content(tuple(found))])
        assert isinstance(answer, Wanted)
        return answer

    def send(self, backup: Backup, *wanted: Wanted) -> Run:
        watcher = Watcher()
        with Index.open(backup.index_file) as index:
            ledger = Ledger(index, watcher)
            list(Sender(Announcer(backup.session()), ledger, watcher, RateLimit(None), Turns(1)).send(wanted))
        return Run(ledger.summary, watcher)

    def test_the_next_copy_stands_in_for_one_that_has_gone(self, backup: Backup, wanted: Wanted) -> None:
        (backup.photos / "a.jpg").unlink()
        run = self.send(backup, wanted)
        assert run.watcher.left_alone == {str(backup.photos / "a.jpg"): "it went before it was sent"}
        assert (run.summary.uploaded, run.results) == (1, {})

    def test_one_that_has_changed_is_left_to_the_next_run(self, backup: Backup, wanted: Wanted) -> None:
        for name in ("a.jpg", "b.jpg"):
            (backup.photos / name).write_bytes(b"something else")
        run = self.send(backup, wanted)
        assert run.results == {"a.jpg": "failed", "b.jpg": "failed"}
        assert "the next sync takes it" in run.reason("a.jpg")
        assert run.summary.uploaded == 0

    def test_a_post_that_is_too_old_is_not_even_tried(self, backup: Backup, wanted: Wanted) -> None:
        old = replace(wanted.post, url="http://127.0.0.1:1", made_at=time.monotonic() - 250)
        run = self.send(backup, replace(wanted, post=old))
        assert run.summary.uploaded == 1

    def test_what_another_device_has_stored_meanwhile_is_not_sent(self, backup: Backup, wanted: Wanted) -> None:
        backup.sync()
        old = replace(wanted.post, made_at=time.monotonic() - 250)
        run = self.send(backup, replace(wanted, post=old))
        assert (run.results, run.summary.uploaded) == ({"a.jpg": "already-stored", "b.jpg": "already-stored"}, 0)


def test_files_named_one_by_one(backup: Backup) -> None:
    one, two, _ = backup.make("a.jpg", "b.jpg", "c.jpg")
    assert backup.sync(one, two).counts == {"stored": 2}
    assert contents(backup.photos).keys() == {"a.jpg", "b.jpg", "c.jpg"}
    assert backup.sync().counts == {"unchanged": 2, "stored": 1}


def test_a_folder_and_a_file_in_it(backup: Backup) -> None:
    one, _ = backup.make("a.jpg", "2024/b.jpg")
    assert backup.sync(backup.photos, one, backup.photos / "2024").summary.scanned == 2
