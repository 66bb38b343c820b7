"""What was sent and not confirmed, what the cloud refuses, and files that are touched before they are sent."""

import itertools
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from support.backup import SAFE, Backup, Run, Watcher, sha256
from support.known_files import known_file
from support.local_stack import eventually, root_client

from photobak.client.concurrency import Again, Report
from photobak.client.files.candidate import Candidate
from photobak.client.index.index import Fingerprint, Index
from photobak.client.upload.announce import Announcer
from photobak.client.upload.content import Content, Post, Wanted
from photobak.client.upload.ledger import Ledger
from photobak.client.upload.limiter import ConcurrencyLimiter
from photobak.client.upload.post import RateLimit
from photobak.client.upload.send import InFlight, Sender
from photobak.errors import CloudError
from photobak.local.values import LocalStack
from photobak.photo.record import Status

DAY = 24 * 3600.0


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
            assert 0.5 < time.monotonic() - started < 100
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


class TestAgain:
    """What has to be announced once more, and goes round for that."""

    def test_posts_that_have_expired_are_replaced(self, backup: Backup, monkeypatch: pytest.MonkeyPatch) -> None:
        looks = itertools.count()
        monkeypatch.setattr(Post, "fresh", property(lambda _: next(looks) >= 5))
        backup.make("a.jpg", "b.jpg", "c.jpg")
        run = backup.sync()
        assert (run.counts, run.summary.uploaded) == ({"stored": 3}, 3)

    def test_posts_that_never_last_are_a_failure(self, backup: Backup, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Post, "fresh", property(lambda _: False))
        (photo, *_) = backup.make("a.jpg", "b.jpg", "c.jpg")
        shutil.copy(photo, backup.photos / "twin.jpg")
        run = backup.sync()
        assert (run.counts, run.summary.uploaded) == ({"failed": 4}, 0)

    def test_a_content_that_the_cloud_loses_meanwhile_is_sent_again(self, backup: Backup, tmp_path: Path) -> None:
        (photo,) = backup.make("a.jpg")

        def lose() -> None:
            eventually(lambda: backup.temporary_objects())
            key = {"username": {"S": backup.session().identity_id}, "sha256": {"S": sha256(photo)}}
            root_client(backup.stack, "dynamodb").delete_item(TableName=backup.profile.contents_table or "", Key=key)

        with processing_paused(backup.stack):
            losing = threading.Thread(target=lose)
            losing.start()
            run = backup.sync(timeout=20)
            losing.join()
        assert (run.counts, run.summary.uploaded) == ({"pending": 1}, 2)
        require_safe(backup.sync())
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
            backup.without_network().sync()


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

    def send(self, backup: Backup, *wanted: Wanted) -> tuple[Run, list[Content]]:
        """What is reported of it, and what has to be announced again."""
        watcher, again = Watcher(), []
        with Index.open(backup.index_file) as index:
            ledger = Ledger(index, watcher)
            for step in Sender(InFlight(), RateLimit(None), ConcurrencyLimiter(1)).send(wanted):
                if isinstance(step, Again):
                    again.append(step.item)
                elif isinstance(step, Report):
                    ledger.record(step)
        return Run(ledger.summary, watcher), again

    def test_the_next_copy_stands_in_for_one_that_has_gone(self, backup: Backup, wanted: Wanted) -> None:
        (backup.photos / "a.jpg").unlink()
        run, _ = self.send(backup, wanted)
        assert run.watcher.left_alone == {str(backup.photos / "a.jpg"): "it was removed before it was uploaded"}
        assert (run.summary.uploaded, run.results) == (1, {})

    def test_one_that_has_changed_is_left_to_the_next_run(self, backup: Backup, wanted: Wanted) -> None:
        for name in ("a.jpg", "b.jpg"):
            (backup.photos / name).write_bytes(b"something else")
        run, _ = self.send(backup, wanted)
        assert run.results == {"a.jpg": "failed", "b.jpg": "failed"}
        assert "the next sync takes it" in run.reason("a.jpg")
        assert run.summary.uploaded == 0

    def test_a_post_that_is_too_old_is_not_even_tried(self, backup: Backup, wanted: Wanted) -> None:
        old = replace(wanted.post, url="http://127.0.0.1:1", made_at=time.monotonic() - 250)
        run, (content,) = self.send(backup, replace(wanted, post=old))
        assert (run.summary.uploaded, run.results) == (0, {})
        assert content == replace(wanted.content, expired=1)

    def test_a_post_that_keeps_expiring_is_given_up(self, backup: Backup, wanted: Wanted) -> None:
        old = replace(wanted.post, made_at=time.monotonic() - 250)
        run, again = self.send(backup, Wanted(replace(wanted.content, expired=2), old))
        assert (run.results, again) == ({"a.jpg": "failed", "b.jpg": "failed"}, [])
        assert "expires before the upload finishes" in run.reason("a.jpg")
