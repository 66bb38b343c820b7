"""`photobak status`: what it says is what the last runs have left."""

import json
import time

from support.backup import Backup
from support.known_files import known_file

from photobak.client.index.confirmations import Confirmations
from photobak.client.index.health import MANY_UNFINISHED
from photobak.client.index.index import Index


def test_it_says_what_is_stored_what_is_pending_and_how_the_last_sync_ended(backup: Backup) -> None:
    said = backup.run("status").stdout
    assert "last sync   never: photobak sync ~/Pictures" in said
    backup.make("a.jpg", "b.jpg")
    backup.sync()
    with Index.open(backup.index_file) as index:
        index.note_sent([known_file(backup.photos / "sent before.jpg")], time.time())
    said = backup.run("status").stdout
    assert "2 files, all safe" in said
    assert "stored      2 photos confirmed in the cloud" in said
    assert "pending     1 uploaded, not confirmed yet" in said
    (backup.photos / ".photobakignore").write_bytes(b"\xff")
    backup.sync()
    assert "1 file NOT safe: photobak sync" in backup.run("status").stdout
    found = json.loads(backup.run("status", "--json").stdout)
    assert (found["stored"], found["last_sync"]["unchanged"], found["last_sync"]["failed"]) == (2, 2, 1)
    assert found["identity_id"] == backup.session().identity_id


def test_runs_that_never_finish_are_not_safe(backup: Backup) -> None:
    backup.make("a.jpg")
    backup.sync()
    for number in range(5):
        with Index.open(backup.index_file) as index:
            Confirmations(index).note_begun(time.time() + number)
        done = backup.run("status")
        assert "all safe" not in done.stdout
        assert done.returncode == (0 if number < MANY_UNFINISHED - 1 else 3)
    assert "the last 5 syncs did not finish: photobak sync" in done.stdout
    backup.sync()
    assert "1 file, all safe" in backup.run("status").stdout


def test_a_local_stack_that_is_not_running_is_not_safe(backup: Backup) -> None:
    backup.make("a.jpg")
    backup.sync()
    assert backup.run("status").returncode == 0
    (backup.places.state / "local").unlink()  # as where none runs: the one that does is also others'
    done = backup.run("status")
    assert done.returncode == 3
    assert "all safe" not in done.stdout
    assert "the local stack is not running: photobak local up" in done.stdout
