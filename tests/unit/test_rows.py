"""Rows of photos: they fit the terminal, whatever the names are, and obey nobody who chose them."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.records import record

from photobak.cli.ui.rows import Rows, cells, shortened
from photobak.cli.ui.terminal import json_line
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.record import Status

LONG = "DSC_" + "0123456789" * 6 + ".NEF"
names = st.text(max_size=200) | st.text("漢字かな한글ａ👩🏽‍🚀é̈\u202e\x1b\x9b ", max_size=200)


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("IMG_1.JPG", 9, "IMG_1.JPG"),
        ("IMG_1234567890.JPG", 16, "IMG_1234…890.JPG"),
        ("漢字漢字漢字漢字.jpg", 12, "漢字漢….jpg"),
        ("é" * 20, 9, "éééé…éééé"),
        ("abc", 1, "…"),
    ],
)
def test_what_is_too_long_loses_its_middle(text: str, most: int, shown: str) -> None:
    assert shortened(text, most) == shown
    assert cells(shown) <= most


@given(names, st.integers(1, 100))
@example("e" + "\u0301" * 5000, 20)
def test_no_text_takes_more_room_than_there_is(text: str, most: int) -> None:
    found = shortened(text, most)
    assert cells(found) <= most
    assert len(found) <= 8 * most


@given(names, names, st.integers(1, 200), st.booleans())
def test_no_row_is_wider_than_the_terminal_or_longer_than_a_line(
    name: str, camera: str, width: int, as_long: bool
) -> None:
    row = Rows(as_long, width).row(record(filename=name, camera_model=camera, status=Status.NO_PREVIEW))
    assert cells(row) <= width
    assert row.isprintable()


@pytest.mark.parametrize("as_long", [False, True])
def test_names_are_whole_where_no_terminal_is(as_long: bool) -> None:
    assert Rows(as_long).row(record(filename=LONG)).endswith(LONG)


def test_a_row_says_what_there_is_to_say_and_keeps_the_names_end() -> None:
    photo = record(filename=LONG, camera_make="Google", camera_model="Pixel 8", status=Status.NO_PREVIEW)
    short, full = Rows(width=80).row(photo), Rows(as_long=True, width=80).row(photo)
    for row in (short, full):
        assert len(row) == 80
        assert row.startswith(photo.id)
        assert row.endswith("9.NEF  (no-preview)")
    assert "photo          5 B  DSC_" in full  # no room for the camera
    assert "photo          5 B  Google Pixel 8            DSC_" in Rows(as_long=True, width=120).row(photo)


def test_a_year_at_the_end_of_the_calendar_is_shown_as_it_is() -> None:
    first = CaptureTime.parse("0001-01-01T00:00:00+14:00", TakenSource.EXIF)
    assert "-01-01 00:00" in Rows().row(record(taken=first))


@given(names | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Co"])))
def test_json_means_the_same_and_commands_no_terminal(text: str) -> None:
    written: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.stdout.write", written.append)
        json_line({text: text})
    (line,) = written
    assert line.endswith("\n")
    assert line[:-1].isprintable()
    line.encode()
    whole = text.encode("utf-16", "surrogatepass").decode(
        "utf-16", "surrogatepass"
    )  # two halves are one character in JSON
    assert json.loads(line) == {whole: whole}
