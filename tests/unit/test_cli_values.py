"""What people type as dates, rates and zones, and how names are shown to them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photobak.cli.ui.terminal import bytes_text, plural, shown
from photobak.cli.ui.values import local_zone, parse_rate, parse_since, parse_span, parse_until, parse_zone
from photobak.errors import WrongUsage

LISBON = ZoneInfo("Europe/Lisbon")
NOW = datetime(2024, 3, 31, 12, tzinfo=UTC)  # the day on which summer time begins


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2024", "2024-01-01T00:00+00:00", "2025-01-01T00:00+00:00"),
        ("2024-06", "2024-06-01T00:00+01:00", "2024-07-01T00:00+01:00"),
        ("2024-12", "2024-12-01T00:00+00:00", "2025-01-01T00:00+00:00"),
        ("2024-06-30", "2024-06-30T00:00+01:00", "2024-07-01T00:00+01:00"),
        ("2024-03-31", "2024-03-31T00:00+00:00", "2024-04-01T00:00+01:00"),
        ("2024-06-30T12:00", "2024-06-30T12:00+01:00", "2024-06-30T12:00:00.001+01:00"),
        ("2024-06-30T12:00:00Z", "2024-06-30T12:00+00:00", "2024-06-30T12:00:00.001+00:00"),
        ("2024/06/30", "2024-06-30T00:00+01:00", "2024-07-01T00:00+01:00"),
        ("20240630", "2024-06-30T00:00+01:00", "2024-07-01T00:00+01:00"),
        ("2024-W26", "2024-06-24T00:00+01:00", "2024-07-01T00:00+01:00"),
        ("2024-W26-7", "2024-06-30T00:00+01:00", "2024-07-01T00:00+01:00"),
        ("today", "2024-03-31T00:00+00:00", "2024-04-01T00:00+01:00"),
        ("yesterday", "2024-03-30T00:00+00:00", "2024-03-31T00:00+00:00"),
        ("36h", "2024-03-30T00:00+00:00", "2024-03-30T00:00+00:00"),
        ("30d", "2024-03-01T13:00+00:00", "2024-03-01T13:00+00:00"),
        ("2w", "2024-03-17T13:00+00:00", "2024-03-17T13:00+00:00"),
        ("1m", "2024-02-29T13:00+00:00", "2024-02-29T13:00+00:00"),
        ("1y", "2023-03-31T13:00+01:00", "2023-03-31T13:00+01:00"),
    ],
)
def test_dates(text: str, since: str, until: str) -> None:
    assert parse_since(text, NOW, LISBON) == datetime.fromisoformat(since)
    assert parse_until(text, NOW, LISBON) == datetime.fromisoformat(until)


@pytest.mark.parametrize(
    "text",
    ["nonsense", "", "2024-13", "2024-02-30", "24", "h", "-3d", "3 d", "999999y", "2024-06-30T25:00", "0000"],
)
def test_what_is_no_date_is_refused_with_what_is_one(text: str) -> None:
    with pytest.raises(WrongUsage, match=r"is not a date.*2024-06"):
        parse_since(text, NOW, LISBON)


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        assert parse_since(text, NOW, UTC) <= parse_until(text, NOW, UTC)
    except WrongUsage as error:
        assert "is not a date" in str(error)  # noqa: PT017 - either is right


def test_a_span_that_holds_nothing_is_refused() -> None:
    with pytest.raises(WrongUsage, match="is not before"):
        parse_span("2024", "2023")
    assert parse_span("2024", "2024").since is not None
    assert parse_span(None, None).until is None


@pytest.mark.parametrize(
    ("text", "rate"), [("500k", 500e3), ("2M", 2e6), ("1.5m", 1.5e6), ("1000", 1000.0), ("1G", 1e9), (None, None)]
)
def test_rates(text: str | None, rate: float | None) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "0", "fast", "-1", "1 M", "1MB", "0k", "k", "1e6"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage, match="is not a rate"):
        parse_rate(text)


def test_zones() -> None:
    assert parse_zone("Europe/Lisbon") == LISBON
    assert datetime(2024, 1, 1, tzinfo=parse_zone(None)).utcoffset() is not None


@pytest.mark.parametrize("name", ["Europe/Atlantis", "", "../../etc/passwd", "/etc/localtime", "a\0b", "Europe"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(WrongUsage, match="is not a time zone"):
        parse_zone(name)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain ☼ name.jpg", "plain ☼ name.jpg"),
        ("two\nlines", "two\\nlines"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("caf\udce9.jpg", "caf\\xe9.jpg"),
        ("\ud800", "\\ud800"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
    ],
)
def test_a_name_is_shown_and_not_obeyed(text: str, line: str) -> None:
    assert shown(text) == line


@given(st.text())
def test_any_name_is_one_line_that_can_be_printed(text: str) -> None:
    assert shown(text).isprintable()
    assert "\n" not in shown(text).encode().decode()


def test_amounts() -> None:
    assert [bytes_text(size) for size in (0, 999, 1000, 4_200_000, 5e12)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "4.2 MB",
        "5.0 TB",
    ]
    assert (plural(1, "photo"), plural(0, "photo"), plural(1200, "photo")) == ("1 photo", "0 photos", "1,200 photos")


def set_zone(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    """Set the machine's zone, as if the process had started with it: tzlocal asks once."""
    monkeypatch.setenv("TZ", setting)
    monkeypatch.setattr("tzlocal.unix._cache_tz", None)


@pytest.mark.parametrize(
    ("setting", "offset_hours"),
    [("Europe/Berlin", 2), ("CET-1CEST,M3.5.0,M10.5.0/3", 2), ("UTC+3", -3), ("UTC", 0)],
)
def test_the_machines_zone_is_a_name_or_a_rule(
    setting: str, offset_hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_zone(monkeypatch, setting)
    assert datetime(2024, 7, 1, tzinfo=local_zone()).utcoffset() == timedelta(hours=offset_hours)


def test_a_zone_that_is_neither_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    set_zone(monkeypatch, "Foo/Bar")
    with pytest.raises(WrongUsage, match="TZ=Foo/Bar is not a time zone"):
        local_zone()
