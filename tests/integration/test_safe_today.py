"""Safe means safe today: what the cloud has lost, or its owner has deleted, is noticed, told, and sent again or not."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from support.backup import Backup, sha256
from support.local_stack import eventually, root_client

from photobak.client.account.api import ask_of_photos, call, changes_since
from photobak.client.index.confirmations import Confirmations
from photobak.client.index.index import Index
from photobak.client.library.library import Library
from photobak.client.library.trash import put_into_trash
from photobak.photo.keys import original_key

DAY = 86_400.0


def second_machine(first: Backup, folder: Path) -> Backup:
    """Another machine of the same person, with a home and a folder of its own."""
    return Backup(folder / "second", first.stack, first.account)


def delete_by_token(backup: Backup, *photos: Path, device: str | None = "attic") -> None:
    """Delete photos as anybody can who holds an ID token, and wait until the change feed has heard of it."""
    session = backup.session()
    before = changes_since(session, "").sequence
    named: dict[str, Any] = {} if device is None else {"device": device}
    ask_of_photos(session, "/photos", [sha256(photo) for photo in photos], method="DELETE", **named)
    eventually(lambda: changes_since(session, "").sequence > before)


def lose(backup: Backup, *photos: Path | str) -> None:
    """Remove all that the cloud has of photos, versions and rows too, as only the account's owner can."""
    s3, dynamodb = root_client(backup.stack, "s3"), root_client(backup.stack, "dynamodb")
    outputs, identity = backup.stack.outputs, backup.session().identity_id
    for digest in [photo if isinstance(photo, str) else sha256(photo) for photo in photos]:
        record = backup.records()[digest]
        for prefix in ("original", "thumb", "web", "record"):
            versions = s3.list_object_versions(Bucket=outputs.bucket, Prefix=f"{prefix}/{identity}/{record.sha256}")
            for each in versions.get("Versions", []) + versions.get("DeleteMarkers", []):
                s3.delete_object(Bucket=outputs.bucket, Key=each["Key"], VersionId=each["VersionId"])
        key = record.to_item()
        dynamodb.delete_item(TableName=outputs.table, Key={"username": key["username"], "timestamp": key["timestamp"]})
        dynamodb.delete_item(
            TableName=outputs.contents_table, Key={"username": key["username"], "sha256": {"S": record.sha256}}
        )


def let_a_night_pass(backup: Backup) -> None:
    """Make the index a day older."""
    with closing(sqlite3.connect(backup.index_file)) as connection, connection:
        connection.execute("UPDATE contents SET confirmed_at = confirmed_at - ?", (DAY,))
        connection.execute("UPDATE marks SET value = value - ? WHERE name = 'rotated_at'", (DAY,))


class TestDeletions:
    def test_a_stolen_token_deletes_all_and_each_machine_says_so_until_it_is_accepted(
        self, backup: Backup, tmp_path: Path
    ) -> None:
        photos = backup.make(*(f"{number}.jpg" for number in range(5)))
        other = second_machine(backup, tmp_path)
        for photo in photos:
            (other.photos / photo.name).write_bytes(photo.read_bytes())
        backup.sync()
        other.sync()
        delete_by_token(backup, *photos)
        for machine in (backup, other):
            for _ in range(2):  # so many at once are told by each run
                run = machine.sync()
                assert (run.counts, run.summary.uploaded) == ({"deleted": 5}, 0)
                assert not run.summary.complete
                assert run.summary.accept_needed
                assert "from attic, in the trash until" in run.reason("3.jpg")
        with Index.open(backup.index_file) as index:
            assert Confirmations(index).accept() == 5
        run = backup.sync()
        assert (run.counts, run.summary.complete) == ({"deleted": 5}, True)
        assert not other.sync().summary.complete

    def test_a_few_are_told_once(self, backup: Backup) -> None:
        photos = backup.make(*(f"{number}.jpg" for number in range(12)))
        backup.sync()
        delete_by_token(backup, photos[7], device=None)
        first, second = backup.sync(), backup.sync()
        assert first.counts == second.counts == {"unchanged": 11, "deleted": 1}
        assert [first.summary.complete, second.summary.complete] == [False, True]
        assert first.reason("7.jpg").startswith("deleted 20")
        assert "from" not in first.reason("7.jpg")

    def test_what_this_machine_has_deleted_itself_is_no_surprise(self, backup: Backup) -> None:
        one, _ = backup.make("a.jpg", "b.jpg")
        backup.sync()
        with Index.open(backup.index_file) as index:
            moved = list(put_into_trash(backup.session(), index, Library(backup.session()).find_all([sha256(one)])))
        assert [each.result for each in moved] == ["trashed"]
        run = backup.sync()
        assert (run.counts, run.summary.complete) == ({"unchanged": 1, "deleted": 1}, True)

    def test_a_second_deletion_of_the_same_photo_is_another_one(self, backup: Backup) -> None:
        photos = backup.make(*(f"{number}.jpg" for number in range(11)))
        backup.sync()
        delete_by_token(backup, photos[0])
        backup.sync()
        ask_of_photos(backup.session(), "/photos/restore", [sha256(photos[0])])
        assert backup.sync().counts == {"unchanged": 10, "already-stored": 1}
        delete_by_token(backup, photos[0])
        assert not backup.sync().summary.complete

    def test_a_deletion_that_was_undone_in_between_is_none(self, backup: Backup) -> None:
        photos = backup.make("a.jpg", "b.jpg")
        backup.sync()
        delete_by_token(backup, *photos)
        ask_of_photos(backup.session(), "/photos/restore", [sha256(photo) for photo in photos])
        run = backup.sync()
        assert (run.counts, run.summary.complete) == ({"unchanged": 2}, True)

    def test_copies_are_counted_once_each_and_other_folders_when_they_are_synced(self, backup: Backup) -> None:
        one, other = backup.make("here/a.jpg", "there/b.jpg")
        (backup.photos / "here" / "copy.jpg").write_bytes(one.read_bytes())
        backup.sync()
        delete_by_token(backup, one, other)
        run = backup.sync(backup.photos / "here")
        assert (run.counts, run.summary.scanned) == ({"deleted": 2}, 2)
        run = backup.sync()
        assert (run.counts, run.summary.scanned) == ({"deleted": 3}, 3)


class TestLosses:
    def test_recheck_finds_what_is_lost_and_sends_it_again(self, backup: Backup, tmp_path: Path) -> None:
        photos = backup.make("a.jpg", "b.jpg", "c.jpg")
        backup.sync()
        lose(backup, *photos[:2])
        run = backup.sync(recheck=True)
        assert (run.counts, run.summary.uploaded) == ({"unchanged": 1, "stored": 2}, 2)
        assert run.summary.complete
        backup.require_restorable(tmp_path / "back")
        assert backup.sync(recheck=True).counts == {"unchanged": 3}

    def test_the_seventh_night_at_the_latest_sends_it_again(self, backup: Backup, tmp_path: Path) -> None:
        photos = backup.make(*(f"{number:02}.jpg" for number in range(20)))
        backup.sync()
        backup.sync()  # reads the feed up to here
        lose(backup, *photos)
        sent = []
        for _ in range(7):
            let_a_night_pass(backup)
            run = backup.sync()
            assert run.summary.scanned == 20
            sent.append(run.summary.uploaded)
        assert sum(sent) == 20
        assert sent[0] < 20  # by its turn, not all at once
        backup.require_restorable(tmp_path / "back")

    def test_two_months_asleep_asks_for_everything(self, backup: Backup) -> None:
        photos = backup.make("a.jpg", "b.jpg")
        backup.sync()
        backup.sync()
        for _ in range(60):
            let_a_night_pass(backup)
        lose(backup, photos[0])
        assert backup.sync().summary.uploaded == 1

    def test_a_feed_with_a_gap_asks_for_everything(self, backup: Backup) -> None:
        photos = backup.make("a.jpg", "b.jpg")
        backup.sync()
        backup.sync()
        lose(backup, photos[0])
        with closing(sqlite3.connect(backup.index_file)) as connection, connection:
            connection.execute("UPDATE marks SET value = ? WHERE name = 'feed'", ("1".zfill(40),))
        assert backup.sync().summary.uploaded == 1

    def test_a_clock_that_was_a_year_ahead_does_not_keep_confirmations_young(self, backup: Backup) -> None:
        photos = backup.make("a.jpg", "b.jpg")
        backup.sync()
        backup.sync()
        lose(backup, photos[0])
        with closing(sqlite3.connect(backup.index_file)) as connection, connection:
            connection.execute("UPDATE contents SET confirmed_at = confirmed_at + 365 * ?", (DAY,))
            connection.execute("UPDATE marks SET value = value + 365 * ? WHERE name = 'rotated_at'", (DAY,))
        assert backup.sync().summary.uploaded == 1

    def test_what_neither_the_cloud_nor_this_machine_has_is_told(self, backup: Backup) -> None:
        photo, _ = backup.make("a.jpg", "b.jpg")
        backup.sync()
        digest = sha256(photo)
        photo.unlink()
        backup.sync()
        lose(backup, digest)
        run = backup.sync(recheck=True)
        assert (run.counts, run.summary.lost, run.summary.complete) == ({"unchanged": 1}, 1, False)

    def test_a_file_that_is_excluded_is_not_counted(self, backup: Backup) -> None:
        photos = backup.make("a.jpg", "b.jpg")
        backup.sync()
        lose(backup, *photos)
        (backup.photos / ".photobakignore").write_text("b.jpg\n")
        run = backup.sync(recheck=True)
        assert (run.counts, run.summary.uploaded) == ({"stored": 1}, 1)


def test_an_emptied_folder_is_no_success(backup: Backup) -> None:
    backup.make("a.jpg", "2024/b.jpg")
    backup.sync()
    backup.photos.rename(backup.home / "unplugged")
    backup.photos.mkdir()
    run = backup.sync()
    assert (run.summary.scanned, run.summary.emptied, run.summary.complete) == (0, [backup.photos], False)


class TestFeed:
    def test_it_lists_what_has_changed_since(self, backup: Backup) -> None:
        session = backup.session()
        one, other = backup.make("a.jpg", "b.jpg")
        backup.sync()
        eventually(lambda: changes_since(session, "").sequence != "")
        start = changes_since(session, "")
        assert start.gap
        assert changes_since(session, start.sequence).hashes == ()
        delete_by_token(backup, other)
        later = changes_since(session, start.sequence)
        assert (set(later.hashes) - {sha256(one)}, later.gap) == ({sha256(other)}, False)

    def test_a_place_that_is_unknown_is_a_gap(self, backup: Backup) -> None:
        backup.make("a.jpg")
        backup.sync()
        eventually(lambda: changes_since(backup.session(), "").sequence != "")
        assert changes_since(backup.session(), "7".zfill(40)).gap

    def test_another_person_hears_nothing_of_it(self, backup: Backup, tmp_path: Path) -> None:
        backup.make("a.jpg")
        backup.sync()
        stranger = Backup(tmp_path / "stranger", backup.stack)
        answer = call(stranger.session(), "/changes?after=", None, method="GET")
        assert (answer.raw["changes"], answer.raw["sequence"]) == ([], "")


def test_the_original_of_a_photo_that_was_sent_again_is_there(backup: Backup) -> None:
    (photo,) = backup.make("a.jpg")
    backup.sync()
    lose(backup, photo)
    backup.sync(recheck=True)
    key = original_key(backup.session().identity_id, sha256(photo), "jpg")
    found = root_client(backup.stack, "s3").get_object(Bucket=backup.stack.outputs.bucket, Key=key)
    assert found["Body"].read() == photo.read_bytes()
