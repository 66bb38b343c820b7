"""docs/acceptance.md names the tests that prove the promise; each of them is there, and each line names one."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ACCEPTANCE = (TESTS.parent / "docs" / "acceptance.md").read_text(encoding="utf-8")
LINES = re.findall(r"^\| (?!what is tried|---)(.+) \| (.+) \|$", ACCEPTANCE, re.MULTILINE)
NAMED = sorted(set(re.findall(r"`([\w/]+\.py::\w+)`", ACCEPTANCE)))


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_exists(name: str) -> None:
    file, _, test = name.partition("::")
    assert re.search(rf"^ *def {test}\(", (TESTS / file).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("tried", "proof"), LINES, ids=[tried for tried, _ in LINES])
def test_every_line_of_the_promise_names_its_proof(tried: str, proof: str) -> None:
    assert re.fullmatch(r"`[\w/]+\.py::test_\w+`(, `[\w/]+\.py::test_\w+`)*", proof), tried


def test_the_promise_has_four_parts_and_no_line_is_overlooked() -> None:
    assert re.findall(r"^## (\d)\.", ACCEPTANCE, re.MULTILINE) == ["1", "2", "3", "4"]
    assert len(LINES) == sum(line.startswith("| ") for line in ACCEPTANCE.splitlines()) - 2 * 4
