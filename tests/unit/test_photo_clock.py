"""``photobak.photo`` knows no time but the one that it is given."""

import ast
from pathlib import Path

import pytest

PHOTO = sorted((Path(__file__).parents[2] / "photobak" / "photo").rglob("*.py"))
CLOCKS = {"now", "utcnow", "today", "fromtimestamp", "time_ns", "monotonic", "perf_counter", "localtime"}


@pytest.mark.parametrize("module", PHOTO, ids=lambda module: module.stem)
def test_a_module_asks_no_clock(module: Path) -> None:
    tree = ast.walk(ast.parse(module.read_text(encoding="utf-8")))
    called = {node.func.attr for node in tree if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
    assert called & CLOCKS == set()
