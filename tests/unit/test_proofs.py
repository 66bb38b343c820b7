"""Receipts of proofs: appended durably, counted, and readable after a power cut."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photobak.client.index.proofs import ProofHistory, ProofResult, Receipt, Receipts
from photobak.errors import ConfigError

SEPTEMBER = datetime(2026, 9, 3, 3, 0, tzinfo=UTC)
ONE, TWO = "1" * 64, "2" * 64


def receipt(sha256: str, day: int, result: ProofResult = ProofResult.PROVED) -> Receipt:
    return Receipt(sha256, SEPTEMBER + timedelta(days=day), result)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home.proofs.jsonl"


def test_what_is_appended_is_read_and_counted(file: Path) -> None:
    for day in range(31):
        Receipts(file).append(receipt(ONE, day))
        Receipts(file).append(receipt(TWO, day))
    history = Receipts(file).history()
    assert (history.proved, history.total, history.failing) == (62, 62, ())
    assert (history.since, history.last) == (SEPTEMBER, SEPTEMBER + timedelta(days=30))
    assert str(history) == "62 of 62 since September 2026"
    assert file.stat().st_mode & 0o777 == 0o600


def test_without_a_file_there_is_no_proof(file: Path) -> None:
    assert Receipts(file).history() == ProofHistory()
    assert str(ProofHistory()) == "none yet"


def test_a_failure_lasts_until_the_photo_is_proved_again_or_deleted() -> None:
    failed = [receipt(ONE, 0, ProofResult.FAILED), receipt(TWO, 1)]
    assert ProofHistory.of(failed).failing == (ONE,)
    assert ProofHistory.of([*failed, receipt(ONE, 2)]).failing == ()
    deleted = ProofHistory.of([*failed, receipt(ONE, 2, ProofResult.DELETED)])
    assert (deleted.failing, deleted.proved, deleted.total) == ((), 1, 2)


def test_a_proof_that_was_not_made_says_nothing_about_the_photo_and_is_told_until_one_is_made() -> None:
    missed = receipt(ONE, 3, ProofResult.NOT_MADE)
    history = ProofHistory.of([receipt(ONE, 0, ProofResult.FAILED), receipt(TWO, 1), missed])
    assert (history.failing, history.proved, history.total) == ((ONE,), 1, 2)
    assert history.last == SEPTEMBER + timedelta(days=1)
    assert history.not_made == missed
    assert ProofHistory.of([missed, receipt(ONE, 4)]).not_made is None


def test_a_line_that_a_power_cut_left_incomplete_costs_no_other_line(file: Path) -> None:
    Receipts(file).append(receipt(ONE, 0))
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole + whole[:length])
        Receipts(file).append(receipt(TWO, 1))
        found = list(Receipts(file).read())
        assert [found[0].sha256, found[-1].sha256] == [ONE, TWO]


@given(line=st.one_of(st.binary(), st.from_regex(r'\{"sha256": ("1{64}"|[0-9]), "at": (".*"|1)\}').map(str.encode)))
def test_any_line_is_a_receipt_or_ignored(line: bytes) -> None:
    assert Receipt.parse(line) is None or isinstance(Receipt.parse(line), Receipt)


def test_a_file_that_cannot_be_written_is_an_error_that_names_it(file: Path) -> None:
    file.mkdir()
    with pytest.raises(ConfigError, match="the proof can't be recorded"):
        Receipts(file).append(receipt(ONE, 0))
