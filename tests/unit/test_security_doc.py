"""docs/security.md names its proofs; each of them is there, and each table is complete."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text("utf-8")
THERE = {
    name
    for path in ROOT.glob("tests/**/test_*.py")
    for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
}
SWITCHED_OFF = (
    "tests/unit/test_attacks_files.py",
    "tests/unit/test_attacks_access.py",
    "tests/integration/test_local_doors_open.py",
)


def section(title: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    lines = TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0].splitlines()
    return [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")][2:]


CLAIMS = section("Claims and their tests")


def attacks_of(file: str) -> set[str]:
    """The attacks that a test module tries with and without their defence."""
    text = (ROOT / file).read_text(encoding="utf-8")
    registered = set(re.findall(r"^@ATTACKS\.on\((?:.|\n)*?^def (\w+)\(", text, re.MULTILINE))
    listed = re.search(r"^ATTACKS: Final = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    return registered | set(re.findall(r"\w+", listed[1] if listed else ""))


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", TEXT))
    assert len(named) > 30
    assert named - THERE == set()


def test_each_attack_that_is_tried_without_its_defence_is_listed() -> None:
    names = [row[-1].strip("`") for row in section("Each defence, switched off")]
    assert len(names) == len(set(names)) >= 40
    assert {name for name in names if not name.startswith("test_")} == set().union(*map(attacks_of, SWITCHED_OFF))


@pytest.mark.parametrize(("claim", "where", "tests"), CLAIMS, ids=[row[0][:40] for row in CLAIMS])
def test_a_claim_stands_where_it_is_said_to_and_has_its_tests(claim: str, where: str, tests: str) -> None:
    text = " ".join((ROOT / where.strip("`")).read_text(encoding="utf-8").split())
    assert text.count(claim) > (where == "`docs/security.md`"), "besides this table"
    assert re.findall(r"`(test_\w+)`", tests)


def test_every_claim_that_was_false_is_here() -> None:
    assert len(CLAIMS) >= 10
