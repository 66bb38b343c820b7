"""Places: any name that a file system holds goes over the wire as text, and comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.strategies import devices, file_names

from photobak.photo.source import Source, escape, unescape


@given(file_names)
def test_any_name_comes_back_as_it_was(name: str) -> None:
    text = escape(name)
    assert text.encode("utf-8").decode("utf-8") == text
    assert unescape(text) == name


@given(devices, file_names)
def test_a_place_reads_back(device: str, path: str) -> None:
    place = Source(device, path)
    assert Source.parse(str(place)) == place


@given(file_names, file_names)
def test_two_names_have_two_texts(one: str, other: str) -> None:
    assert (escape(one) == escape(other)) == (one == other)


@given(st.text())
def test_any_text_is_a_place_or_a_value_error(text: str) -> None:
    try:
        place = Source.parse(text)
    except ValueError:
        assert ":" not in text or text.startswith(":") or text.partition(":")[2] == ""
    else:
        assert place.device == text.partition(":")[0]


@pytest.mark.parametrize("text", ["", ":", "laptop", "laptop:", ":a.jpg"])
def test_what_is_no_place(text: str) -> None:
    with pytest.raises(ValueError, match="device:relative/path"):
        Source.parse(text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Pictures/2024/a b.jpg", "Pictures/2024/a b.jpg"),
        ("ü😀.jpg", "ü😀.jpg"),
        ("back\\slash.jpg", "back\\\\slash.jpg"),
        ("caf\udce9.jpg", "caf\\xe9.jpg"),
        ("\\xe9.jpg", "\\\\xe9.jpg"),
        ("a:b/c:d.jpg", "a:b/c:d.jpg"),
    ],
)
def test_a_name_as_it_is_written(path: str, text: str) -> None:
    assert escape(path) == text
    assert str(Source("laptop", path)) == f"laptop:{text}"
    assert Source.parse(f"laptop:{text}").path == path
