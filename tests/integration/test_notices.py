"""Thirty nights with failures: a web server on this machine receives one notice for each change, and no other."""

import threading
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.issuer import Issuer
from support.known_files import known_file
from support.listening import Listening, listening

from photobak.cli.ui import notices
from photobak.cli.ui.context import Context
from photobak.client.account.tokens.file import FileStore
from photobak.client.account.tokens.interface import SignIn, Tokens
from photobak.client.index.confirmations import Confirmations
from photobak.client.index.file import index_path
from photobak.client.index.index import Index
from photobak.client.index.proofs import ProofResult, Receipt, Receipts
from photobak.client.notices.conditions import Notice
from photobak.client.notices.send import Ping, ping, send
from photobak.client.profile import save_profile

FIRST_NIGHT = 1_800_000_000.0
DAY = 86_400.0
NOTICE = Notice("title", "body", is_recovery=False)
Usage = namedtuple("Usage", "free")


@pytest.fixture
def server() -> Iterator[Listening]:
    with listening() as found:
        yield found


class House:
    """A machine whose backup runs every night."""

    def __init__(self, home: Path, server: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
        self.context = Context(home=home, verbosity=-1)
        self.profile = Issuer().profile("home")
        save_profile(self.context.places, self.profile)
        with self.context.places.config_file.open("a") as file:
            url = f"127.0.0.1:{server.port}"
            file.write(f'[notify]\nurls = ["json://{url}"]\nping = "http://{url}/check"\n')
        self.context.places.state.mkdir(mode=0o700, parents=True)
        self.photo = known_file("/p/a.jpg")
        self.receipts = Receipts.beside_index(self.context.places, self.profile)
        self.free = 10**12
        self.sign_in(FIRST_NIGHT)
        monkeypatch.setattr(notices.shutil, "disk_usage", lambda _: Usage(self.free))

    def sign_in(self, at: float) -> None:
        tokens = Tokens("id", "refresh", int(at), int(at), "ann", "ann@example.com")
        FileStore.of(self.context.places, "home").write(SignIn(tokens))

    def prove(self, sha256: str, result: ProofResult) -> None:
        self.receipts.append(Receipt(sha256, datetime.now(UTC), result))

    def night(self, now: float, code: int = 0, *, deleted: int = 0, confirmed: float | None = None) -> None:
        """One scheduled run: what it leaves in the index, and how it ends."""
        with Index.open(index_path(self.context.places, self.profile)) as index:
            index.confirm([self.photo], now)
            Confirmations(index).renew([self.photo.sha256], confirmed or now)
            index.note_run(now, {"deleted_elsewhere": deleted} if deleted else {})
        notices.tell_begun(self.context)
        notices.tell_ended(self.context, "default", code, "the network is down" if code == 1 else "", lambda: now)


CODES = {3: 1, 4: 1, 5: 1, 8: 1, 10: 3, 20: 3, 26: 4, 27: 4, 29: 5}
"""How the runs of some nights end; those of the others succeed."""
ONE, TWO = "1" * 64, "2" * 64
BEFORE: dict[int, Callable[[House, float], object]] = {
    10: lambda house, _: house.prove(ONE, ProofResult.FAILED),
    13: lambda house, _: house.prove(TWO, ProofResult.FAILED),
    14: lambda house, _: (house.prove(ONE, ProofResult.PROVED), house.prove(TWO, ProofResult.DELETED)),
    16: lambda house, now: house.sign_in(now - (house.profile.refresh_token_days - 13) * DAY),
    19: lambda house, now: house.sign_in(now),
    22: lambda house, _: setattr(house, "free", 10**6),
    23: lambda house, _: setattr(house, "free", 10**12),
}
"""What happens before the runs of some nights."""


def test_one_notice_for_each_change_over_thirty_nights(
    tmp_path: Path, server: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(tmp_path, server, monkeypatch)
    told: dict[int, str] = {}
    for number in range(1, 31):
        now = FIRST_NIGHT + number * DAY + (number % 3) * 600
        BEFORE.get(number, lambda *_: None)(house, now)
        before = len(server.notices)
        confirmed = now - 11 * DAY if number == 24 else now
        house.night(now, CODES.get(number, 0), deleted=3 * (number == 20), confirmed=confirmed)
        new = server.notices[before:]
        assert len(new) <= 1
        if new:
            told[number] = new[0]["message"].splitlines()[0]
    assert told == {
        4: "The backup has failed for 2 nights: the network is down. Run: photobak status",
        6: "The backup works again.",
        10: "1 original is lost or damaged in the cloud. Run: photobak repair",
        13: "2 originals are lost or damaged in the cloud. Run: photobak repair",
        14: "The damaged originals are repaired.",
        16: "The sign-in ends in 13 days. Run: photobak login",
        19: "The sign-in is renewed.",
        20: "3 photos were deleted elsewhere. Run: photobak trash",
        22: "The disk is full, or your quota is reached. Make room, then run: photobak sync",
        23: "There is room on the disk again.",
        24: "Some photos were last confirmed 11 days ago. Run: photobak sync --recheck",
        25: "All photos were confirmed again.",
        26: "The sign-in has ended, and nothing is backed up. Run: photobak login",
        28: "The sign-in is renewed.",
    }
    ends = {"/check": 22, "/check/fail": 8}
    assert {path: server.pings.count(path) for path in set(server.pings)} == {"/check/start": 30, **ends}


def test_a_notice_that_fails_is_reported_and_sent_by_the_next_run(
    tmp_path: Path, server: Listening, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    house = House(tmp_path, server, monkeypatch)
    server.status = 500
    house.night(FIRST_NIGHT, 4)
    said = capsys.readouterr().err
    assert "the notice could not be sent to number 1 of notify.urls" in said
    assert str(server.port) not in said
    server.status = 200
    house.night(FIRST_NIGHT + DAY, 4)
    house.night(FIRST_NIGHT + 2 * DAY, 4)
    assert [each["title"] for each in server.notices][1:] == [
        "photobak: The sign-in has ended, and nothing is backed up"
    ]


def test_a_way_that_hangs_costs_a_bounded_time(server: Listening) -> None:
    server.hang = threading.Event()
    began = time.monotonic()
    url = f"127.0.0.1:{server.port}"
    assert send([f"json://{url}"], NOTICE, longest=0.5) == ["no answer within 0.5 s"]
    assert ping(f"http://{url}/x", Ping.START, longest=0.5) == "no answer within 0.5 s"
    assert time.monotonic() - began < 20


def test_one_bad_url_keeps_no_other_from_being_told(server: Listening) -> None:
    urls = ["nonsense://secret@x", f"json://127.0.0.1:{server.port}", "json://secret@127.0.0.1:1"]
    unknown, sent, refused = send(urls, replace(NOTICE, is_recovery=True))
    assert (unknown, sent, bool(refused)) == ("Apprise does not know this kind of URL", "", True)
    assert "secret" not in unknown + refused
    assert len(server.notices) == 1


def test_what_is_remembered_may_be_damaged(tmp_path: Path, server: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(tmp_path, server, monkeypatch)
    for text in ("", "{", "[]", '{"told": {"failed": "x"}}', '{"told": 1, "failing_since": null}'):
        (house.context.places.state / "default.notices.json").write_text(text)
        house.night(FIRST_NIGHT)
    assert server.notices == []
