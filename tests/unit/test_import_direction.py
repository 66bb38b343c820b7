"""Imports go one way: the contracts are those of import-linter in pyproject.toml (docs/architecture.md)."""

from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]


def test_imports_go_one_way(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    failed = lint_imports(no_cache=True)
    said = capsys.readouterr().out
    assert not failed, said
    assert " 0 broken" in said
