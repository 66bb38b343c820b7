"""More than a hundred deletions or new dates a day: a terminal signs in again and goes on, a script is told how."""

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3
from support.backup import Backup, json_lines, sha256, write_photo
from support.local_stack import root_client
from support.person import Person
from support.terminal import Terminal, terminal

from photobak.client.account.id_token import unverified_claims
from photobak.cloud.api.step_up import MAX_CHANGES_A_DAY
from photobak.cloud.store.limits import LimitsTable

PHOTOS = 3
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
 <rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:DateTimeOriginal="1999-01-02T10:00:00+00:00"/>
</rdf:RDF></x:xmpmeta>"""


@pytest.fixture
def used_up(backup: Backup) -> list[Path]:
    """Photos of somebody who signed in an hour ago, and has one change left today."""
    photos = backup.make(*(f"{number}.jpg" for number in range(PHOTOS)))
    session, limits = backup.session(), LimitsTable(root_client(backup.stack, "dynamodb"), "photobak-limits")
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    limits.sign_in_seen(str(unverified_claims(session.id_token())["origin_jti"]), hour_ago)
    assert backup.run("sync", "Pictures").returncode == 0
    limits.count(session.identity_id, MAX_CHANGES_A_DAY - 1, None, datetime.now(UTC))
    return photos


def browser_that_tells(home: Path) -> tuple[str, Path]:
    """A ``$BROWSER`` that writes down the URL it is given, and that file."""
    told, script = home / "url", home / "browser"
    script.write_text(f'#!/bin/sh\nprintf %s "$1" > {told}.part && mv {told}.part {told}\n')
    script.chmod(0o700)
    return f"{script} %s", told


def sign_in(running: Terminal, told: Path, person: Person) -> dict[str, list[str]]:
    """Sign in at the page that the command has opened; returns what it asked for."""
    running.until("a fresh sign-in")
    end = time.monotonic() + 60
    while not told.exists():
        assert time.monotonic() < end, running.shown
        assert running.process.poll() is None, running.shown
        time.sleep(0.02)
    url = told.read_text()
    told.unlink()
    urllib3.request("GET", person.sign_in(url))
    return parse_qs(urlsplit(url).query)


def test_rm_at_a_terminal_signs_in_again_and_goes_on(backup: Backup, used_up: list[Path]) -> None:
    browser, told = browser_that_tells(backup.home)
    ids = [sha256(photo) for photo in used_up]
    person = Person(backup.account.username, backup.account.password)
    with terminal(backup.home, "rm", *ids, BROWSER=browser) as running:
        asked = sign_in(running, told, person)
        running.until(f"Moved {PHOTOS} photos to the trash", within=60)
        assert running.process.wait(30) == 0
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    assert not backup.records()


def test_redate_at_a_terminal_signs_in_again(backup: Backup, used_up: list[Path]) -> None:
    browser, told = browser_that_tells(backup.home)
    person = Person(backup.account.username, backup.account.password)
    with terminal(backup.home, "redate", "--set", "1999-01-02", *map(sha256, used_up), BROWSER=browser) as running:
        sign_in(running, told, person)
        running.until(f"Corrected {PHOTOS} photos", within=60)
        assert running.process.wait(30) == 0
    assert {record.taken.taken_at.year for record in backup.records().values()} == {1999}


def test_somebody_else_who_signs_in_deletes_nothing(backup: Backup, used_up: list[Path], tmp_path: Path) -> None:
    other = Backup(tmp_path / "other", backup.stack)
    browser, told = browser_that_tells(backup.home)
    with terminal(backup.home, "rm", *map(sha256, used_up), BROWSER=browser) as running:
        sign_in(running, told, Person(other.account.username, other.account.password))
        running.until("and the photos are", within=60)
        assert running.process.wait(30) == 2
    assert len(backup.records()) == PHOTOS


def test_without_a_terminal_the_command_to_type_is_named(backup: Backup, used_up: list[Path]) -> None:
    ids = [sha256(photo) for photo in used_up]
    done = backup.run("rm", "--json", *ids)
    assert done.returncode == 4
    assert "the cloud wants a fresh sign-in" in done.stderr
    assert "photobak login (or photobak local up), then repeat the command" in done.stderr
    assert json_lines(done.stdout)[1] == {"type": "summary", "trashed": 0, "restored": 0, "failed": 0}
    assert backup.run("redate", "--shift", "+1h", *ids).returncode == 4
    assert len(backup.records()) == PHOTOS


@pytest.fixture
def redating(used_up: list[Path]) -> Path:
    """A folder that says of each of these photos that it is older, and has one that isn't stored yet."""
    folder = used_up[0].parent
    write_photo(folder / "new.jpg", 2000)
    for photo in folder.glob("*.jpg"):
        photo.with_name(f"{photo.name}.xmp").write_text(XMP)
    return folder


def test_an_import_at_a_terminal_signs_in_again_and_goes_on(backup: Backup, redating: Path) -> None:
    browser, told = browser_that_tells(backup.home)
    person = Person(backup.account.username, backup.account.password)
    with terminal(backup.home, "import", "folder", str(redating), BROWSER=browser) as running:
        sign_in(running, told, person)
        running.until("in this folder is safe", within=120)
        assert running.process.wait(60) == 0
    photos = [record for record in backup.records().values() if record.filename.endswith(".jpg")]
    assert [record.taken.taken_at.year for record in photos] == [1999] * (PHOTOS + 1)


def test_an_import_without_a_terminal_says_what_finishes_it(backup: Backup, redating: Path) -> None:
    done = backup.run("import", "folder", str(redating))
    assert done.returncode == 4
    assert re.search(r"the cloud wants a fresh sign-in: many stored photos get .*\d files? safe", done.stderr)
    assert "photobak login (or photobak local up), then run the same import again, which continues" in done.stderr
    assert {record.taken.taken_at.year for record in backup.records().values()} != {1999}
