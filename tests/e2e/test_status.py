"""`photobak status`: what it says is what the last runs have left, and its JSON is as published."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
from support.backup import Backup
from support.known_files import known_file

from photobak.client.index.confirmations import Confirmations
from photobak.client.index.health import MANY_UNFINISHED
from photobak.client.index.index import Index
from photobak.client.profile import save_profile
from photobak.client.scheduled import Schedule, save_schedule

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "status.schema.json").read_text())


def status(backup: Backup, code: int = 0) -> dict[str, Any]:
    """The state, checked against its schema."""
    done = backup.run("status", "--json")
    assert done.returncode == code, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    jsonschema.validate(found, SCHEMA, format_checker=jsonschema.FormatChecker())
    return found


def test_it_says_what_is_stored_what_waits_and_how_the_last_sync_ended(backup: Backup) -> None:
    assert "last run   never: photobak sync" in backup.run("status").stdout
    assert status(backup)["state"] == "yellow"
    backup.make("a.jpg", "b.jpg")
    backup.sync()
    with Index.open(backup.index_file) as index:
        index.note_sent([known_file(backup.photos / "sent before.jpg")], time.time())
    said = backup.run("status").stdout
    assert said.startswith("green      2 photos safe in the cloud, each confirmed since ")
    assert "waiting    1 uploaded, not confirmed yet" in said
    assert "next run   not scheduled: photobak schedule install" in said
    assert "cost       nothing: the cloud is this machine" in said
    (backup.photos / ".photobakignore").write_bytes(b"\xff")
    backup.sync()
    said = backup.run("status").stdout
    assert said.startswith("red ")
    assert "! red      1 file NOT safe: photobak sync" in said
    found = status(backup, code=3)
    assert (found["stored"], found["last_sync"]["unchanged"], found["last_sync"]["failed"]) == (2, 2, 1)
    assert found["identity_id"] == backup.session().identity_id


def test_runs_that_never_finish_are_not_safe(backup: Backup) -> None:
    backup.make("a.jpg")
    backup.sync()
    for number in range(5):
        with Index.open(backup.index_file) as index:
            Confirmations(index).note_begun(time.time() + number)
        done = backup.run("status")
        assert not done.stdout.startswith("green")
        assert done.returncode == (0 if number < MANY_UNFINISHED - 1 else 3)
    assert "the last 5 syncs did not finish: photobak sync" in done.stdout
    backup.sync()
    assert backup.run("status").stdout.startswith("green ")


def test_a_local_stack_that_is_not_running_is_not_safe(backup: Backup) -> None:
    backup.make("a.jpg")
    backup.sync()
    assert backup.run("status").returncode == 0
    (backup.places.state / "local").unlink()  # as where none runs: the one that does is also others'
    done = backup.run("status")
    assert done.returncode == 3
    assert done.stdout.startswith("red ")
    assert "the local stack is not running: photobak local up" in done.stdout


def test_the_schedule_is_part_of_the_state(backup: Backup) -> None:
    backup.make("a.jpg")
    backup.sync()
    failed = Schedule("03:00", "systemd", time.time() - 86_400, began_at=time.time(), exit_code=1)
    save_schedule(backup.places, "default", failed)
    found = status(backup)
    assert (found["state"], found["schedule"]["exit_code"]) == ("yellow", 1)
    assert "the last scheduled run failed with exit code 1" in found["problems"][0]
    assert ", by systemd" in backup.run("status").stdout
    save_schedule(backup.places, "default", replace(failed, waiting_for="mains power"))
    assert "waits for mains power" in backup.run("status").stdout


def test_it_works_offline_and_estimates_what_aws_costs(backup: Backup) -> None:
    backup.make("a.jpg")
    backup.sync()
    nowhere = "https://nowhere.invalid"
    on_aws = replace(backup.profile, endpoint_url=None, api_url=nowhere, hosted_ui_url=nowhere)
    save_profile(backup.places, on_aws)
    done = backup.run("status", "--json", PHOTOBAK_TOKEN_STORE="file")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    jsonschema.validate(found, SCHEMA)
    assert found["stored"] == 1
    assert 0 <= found["cost"]["so_far"] <= found["cost"]["month"] < 1
