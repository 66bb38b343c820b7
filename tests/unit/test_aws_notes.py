"""docs/aws-notes.md names where each behaviour is relied on; it is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTES = (ROOT / "docs" / "aws-notes.md").read_text("utf-8")
PLACES = re.findall(r"`(photobak/[\w/.]+)` `(\w+)`", NOTES)


def test_there_is_a_place_for_each_row():
    rows = [
        line for line in NOTES.splitlines() if line.startswith("| ") and not line.startswith(("| ---", "| behaviour"))
    ]
    assert len(rows) == len(PLACES) > 25


@pytest.mark.parametrize(("file", "name"), PLACES)
def test_each_place_is_there(file, name):
    text = (ROOT / file).read_text("utf-8")
    assert re.search(rf"^\s*(def {name}\(|{name}(:| = ))", text, re.MULTILINE), f"{file} has no {name}"


@pytest.mark.parametrize("page", re.findall(r"\| ([\w-]+/[\w./-]+\.html)", NOTES))
def test_pages_are_of_the_documentation(page):
    assert re.fullmatch(r"[\w-]+/(latest|ug)/[\w./-]+\.html|[\w-]+/al2023/ug/[\w-]+\.html", page), page
