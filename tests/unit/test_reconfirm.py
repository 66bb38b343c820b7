"""Which confirmations a run asks for, and when deletions need their owner's consent."""

import math

import pytest

from photobak.client.upload.ledger import is_mass_deletion
from photobak.client.upload.reconfirm import ROTATION_SECONDS, SHORTEST_ROTATION, Scope, scope

NOW = 1_800_000_000.0
DAY = 86_400.0


@pytest.mark.parametrize(("gap", "recheck"), [(True, False), (False, True), (True, True)])
def test_a_gap_or_the_person_asks_for_everything(gap: bool, recheck: bool) -> None:
    assert scope(kept=5, gap=gap, recheck=recheck, rotated_at=NOW, now=NOW) == Scope(everything=True)


@pytest.mark.parametrize(
    ("elapsed", "expected"),
    [
        (0.0, 0),
        (SHORTEST_ROTATION - 1, 0),
        (SHORTEST_ROTATION, 7),
        (DAY, 167),
        (ROTATION_SECONDS - 1, 1000),
        (ROTATION_SECONDS, 1000),
        (60 * DAY, 1000),
    ],
)
def test_the_part_of_the_library_grows_with_the_time_since_the_last(elapsed: float, expected: int) -> None:
    found = scope(kept=1000, gap=False, recheck=False, rotated_at=NOW - elapsed, now=NOW)
    assert found == Scope(everything=False, oldest=expected)


def test_a_first_run_begins_the_round() -> None:
    assert scope(kept=9, gap=False, recheck=False, rotated_at=None, now=NOW) == Scope(everything=False)


def test_a_clock_that_went_back_asks_for_everything() -> None:
    assert scope(kept=9, gap=False, recheck=False, rotated_at=NOW + 1, now=NOW) == Scope(everything=True)


@pytest.mark.parametrize("kept", [1, 6, 7, 1000, 999_983])
def test_seven_nights_cover_every_library(kept: int) -> None:
    nightly = scope(kept=kept, gap=False, recheck=False, rotated_at=NOW - DAY, now=NOW).oldest
    assert 7 * nightly >= kept
    assert nightly <= math.ceil(kept / 6)


@pytest.mark.parametrize(
    ("files", "backed_up", "expected"),
    [
        (0, 0, False),
        (0, 50, False),
        (1, 10, False),
        (1, 9, True),
        (2, 19, True),
        (2, 20, False),
        (100, 5000, False),
        (101, 5000, True),
    ],
)
def test_more_than_a_hundred_files_or_a_tenth_need_the_owners_consent(
    files: int, backed_up: int, expected: bool
) -> None:
    assert is_mass_deletion(files, backed_up=backed_up) is expected
