"""Keys: the same photo always has the same ones, no two photos share one, and their order is that of time."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.strategies import hashes, identities, instants, zones

from photobak.photo.keys import (
    TempKey,
    instant_key,
    is_identity_id,
    original_key,
    plain,
    record_key,
    thumb_key,
    timestamp_key,
    web_key,
)

IDENTITY = "eu-central-1:12345678-90ab-cdef-1234-567890abcdef"
SHA256 = "f" * 64
MILLISECOND = timedelta(milliseconds=1)


@given(identities, hashes)
def test_a_temp_key_reads_back(identity_id: str, sha256: str) -> None:
    key = TempKey(identity_id, sha256)
    assert TempKey.parse(str(key)) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        SHA256,
        f"{IDENTITY}/",
        f"/{SHA256}",
        f"{IDENTITY}/{SHA256[:-1]}",
        f"{IDENTITY}/{SHA256}/",
        f"{IDENTITY}/{SHA256.upper()}",
        f"{IDENTITY}/{SHA256}\n",
        f"{IDENTITY.upper()}/{SHA256}",
        f"{IDENTITY}/../{SHA256}",
        f"../{IDENTITY}/{SHA256}",
        f"eu-central-1%3A{IDENTITY[13:]}/{SHA256}",
    ],
)
def test_what_is_no_temp_key(text: str) -> None:
    with pytest.raises(ValueError, match="not a temp key"):
        TempKey.parse(text)


@given(st.text())
def test_no_other_text_is_a_temp_key(text: str) -> None:
    with pytest.raises(ValueError, match="not a temp key"):
        TempKey.parse(text)


@pytest.mark.parametrize("identity_id", [IDENTITY, "us-gov-west-1:" + IDENTITY[13:], "us-east-1:" + IDENTITY[13:]])
def test_identity_ids_of_every_partition(identity_id: str) -> None:
    assert is_identity_id(identity_id)


def test_the_kind_comes_first_as_lifecycle_rules_need_it() -> None:
    assert original_key(IDENTITY, SHA256, "jpg") == f"original/{IDENTITY}/{SHA256}.jpg"
    assert thumb_key(IDENTITY, SHA256) == f"thumb/{IDENTITY}/{SHA256}.webp"
    assert web_key(IDENTITY, SHA256) == f"web/{IDENTITY}/{SHA256}.webp"
    assert record_key(IDENTITY, SHA256) == f"record/{IDENTITY}/{SHA256}.json"


@given(instants, hashes)
def test_a_sort_key_lies_in_its_millisecond(taken_at: datetime, sha256: str) -> None:
    key = timestamp_key(taken_at, sha256)
    assert instant_key(taken_at) <= key < instant_key(taken_at + MILLISECOND)


@given(instants, instants, hashes, hashes)
def test_sort_keys_are_in_order_of_time(one: datetime, other: datetime, sha256: str, other_sha256: str) -> None:
    if other - one >= MILLISECOND:
        assert timestamp_key(one, sha256) < timestamp_key(other, other_sha256)


@given(instants, st.sets(st.integers(0, 2**64 - 1), min_size=2))
def test_a_burst_in_one_millisecond_has_a_key_each(taken_at: datetime, burst: set[int]) -> None:
    """The first 64 bits of a SHA-256 decide."""
    assert len({timestamp_key(taken_at, f"{bits:016x}" + "0" * 48) for bits in burst}) == len(burst)


@given(instants, hashes, zones)
def test_the_zone_has_no_say(taken_at: datetime, sha256: str, zone: timezone) -> None:
    assert timestamp_key(taken_at.astimezone(zone), sha256) == timestamp_key(taken_at, sha256)


@given(instants, hashes)
def test_dynamodb_takes_a_sort_key_as_it_is(taken_at: datetime, sha256: str) -> None:
    """38 digits at most; and no exponent or trailing zeros, since the local stack compares keys as text."""
    text = plain(timestamp_key(taken_at, sha256))
    assert len(text.replace("-", "").replace(".", "").lstrip("0")) <= 38
    assert set(text) <= set("-.0123456789")
    assert not text.endswith(".")
    assert "." not in text or not text.endswith("0")
    assert Decimal(text) == timestamp_key(taken_at, sha256)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12))
def test_a_number_is_the_same_in_plain(number: Decimal) -> None:
    assert Decimal(plain(number)) == number
    assert "E" not in plain(number).upper()


@pytest.mark.parametrize(
    ("taken_at", "sha256", "expected"),
    [
        (datetime(2024, 1, 31, 12, 59, 59, 123_000, UTC), "0" * 64, "1706705999.123"),
        (datetime(2024, 1, 31, 12, 59, 59, 123_999, UTC), "0" * 64, "1706705999.123"),
        (datetime(2024, 1, 31, 12, 59, 59, 123_000, UTC), SHA256, "1706705999.12318446744073709551615"),
        (datetime(1970, 1, 1, tzinfo=UTC), "0" * 64, "0"),
        (datetime(1969, 12, 31, 23, 59, 59, 500_000, UTC), "0" * 64, "-0.5"),
    ],
)
def test_a_sort_key_as_it_is_written(taken_at: datetime, sha256: str, expected: str) -> None:
    assert plain(timestamp_key(taken_at, sha256)) == expected
