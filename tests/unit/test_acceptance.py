"""The pages of the promise name the tests that prove it; each of them is there, and each line names one."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGES = {
    page: (TESTS.parent / "docs" / page).read_text(encoding="utf-8") for page in ("acceptance.md", "data-integrity.md")
}
_LINE = re.compile(r"^\| (?!what is tried|what holds|never \||---)(.+) \| (.+) \|$", re.MULTILINE)
LINES = [(page, *line) for page, text in PAGES.items() for line in _LINE.findall(text)]
NAMED = sorted({name for text in PAGES.values() for name in re.findall(r"`([\w/]+\.py::\w+)`", text)})


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_exists(name: str) -> None:
    file, _, test = name.partition("::")
    assert re.search(rf"^ *def {test}\(", (TESTS / file).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("page", "said", "proof"), LINES, ids=[f"{page}: {said}" for page, said, _ in LINES])
def test_every_line_names_its_proof(page: str, said: str, proof: str) -> None:
    assert re.fullmatch(r"`[\w/]+\.py::test_\w+`(, `[\w/]+\.py::test_\w+`)*", proof), said


@pytest.mark.parametrize("page", PAGES)
def test_no_line_is_overlooked(page: str) -> None:
    rows = sum(line.startswith("| ") for line in PAGES[page].splitlines())
    tables = PAGES[page].count("| --- | --- |")
    assert sum(each[0] == page for each in LINES) == rows - 2 * tables


def test_the_promise_has_five_parts() -> None:
    assert re.findall(r"^## (\d)\.", PAGES["acceptance.md"], re.MULTILINE) == ["1", "2", "3", "4", "5"]
