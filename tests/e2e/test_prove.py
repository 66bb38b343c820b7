"""`photobak prove`: originals are read back, a failure is found, told with its cure, and the cure works."""

import json
import threading
from typing import Any

import pytest
from support.backup import Backup, json_lines
from support.fault_proxy import Fault, FaultProxy, Kind
from support.library_damage import Damage

from photobak.client.index.index import Index
from photobak.client.index.proofs import Receipts
from photobak.client.verify.prove import Prover
from photobak.errors import CloudError


def prove(backup: Backup, count: int = 9) -> tuple[int, dict[str, Any], dict[str, Any], str]:
    """The exit code, each result with its reason by file name, the summary, and the messages."""
    done = backup.run("prove", "--count", str(count), "--json")
    lines, summary = json_lines(done.stdout)
    return done.returncode, {line["filename"]: (line["result"], line["reason"]) for line in lines}, summary, done.stderr


def test_originals_are_read_back_and_a_damaged_one_is_found_and_repaired(backup: Backup) -> None:
    backup.make("bytes.jpg", "gone.jpg", "deep.jpg", "fine.jpg", "trashed.jpg")
    assert backup.run("sync", str(backup.photos), "--prove", "2").returncode == 0
    status = json.loads(backup.run("status", "--json").stdout)["proofs"]
    assert (status["proved"], status["total"]) == (2, 2)
    records = {record.filename: record for record in backup.records().values()}
    damage = Damage(backup)
    damage.overwrite(records["bytes.jpg"].original_key, b"x" * records["bytes.jpg"].size)
    damage.hide(records["gone.jpg"].original_key)
    damage.freeze(records["deep.jpg"], "DEEP_ARCHIVE")
    damage.say_of_content(records["trashed.jpg"], "trashed")

    code, results, summary, said = prove(backup)
    assert code == 3
    assert (summary["proved"], summary["failed"], summary["skipped"]) == (1, 2, 2)
    assert summary["since"] == status["since"]
    assert results["fine.jpg"] == ("proved", None)
    assert results["deep.jpg"] == ("skipped", "it is archived in DEEP_ARCHIVE")
    assert results["gone.jpg"] == ("failed", "it is gone from the cloud")
    cure = f"photobak repair {backup.photos / 'bytes.jpg'}"
    assert f"the proof of {records['bytes.jpg'].id} bytes.jpg failed" in said
    assert cure in said
    state = backup.run("status")
    assert state.returncode == 3
    assert "2 originals lost or damaged in the cloud" in state.stdout
    assert backup.run("sync", str(backup.photos), "--prove", "1").returncode == 3  # what failed is read again

    damage.say_of_content(records["trashed.jpg"], "stored")
    assert backup.run("repair", str(backup.photos / "bytes.jpg")).returncode == 0
    code, results, summary, said = prove(backup)
    assert (code, summary["proved"], summary["failed"], summary["skipped"], said) == (0, 3, 0, 1, "")
    assert "lost or damaged" not in backup.run("status").stdout


def test_a_network_that_goes_between_sync_and_proof_does_not_fail_the_run(backup: Backup) -> None:
    """All photos are confirmed, so the run is complete; that no original was read back is said, and made up for."""
    backup.make("a.jpg", "b.jpg")
    gone = threading.Event()

    def decide(kind: Kind, _number: int) -> Fault:
        if kind is Kind.FETCH:
            gone.set()
        return Fault.DROP if gone.is_set() else Fault.NONE

    with FaultProxy(int(backup.stack.endpoint_url.rpartition(":")[2]), decide).running() as proxy:
        done = backup.run("sync", str(backup.photos), "--prove", "2", **proxy.environment)
    assert gone.is_set()
    assert done.returncode == 0, done.stderr
    assert "2 files safe" in done.stderr
    assert "No original was read back: " in done.stderr
    status = backup.run("status")
    assert (status.returncode, status.stdout.split()[0]) == (0, "green")
    assert "0 of 0 originals read back; not possible on 20" in status.stdout

    _, summary = json_lines(backup.run("sync", str(backup.photos), "--prove", "2", "--json").stdout)
    assert "proofs_not_made" not in summary
    assert json.loads(backup.run("status", "--json").stdout)["proofs"]["not_made"] is None


def test_a_cloud_that_cannot_be_reached_proves_nothing(backup: Backup) -> None:
    backup.make("a.jpg")
    backup.sync()
    receipts = Receipts.beside_index(backup.places, backup.profile)
    session = backup.without_network().session()
    with Index.open(backup.index_file) as index, pytest.raises(CloudError):
        list(Prover(session, index, receipts).prove(1))
    history = receipts.history()
    assert history.total == 0
    assert history.not_made is not None
