"""The floors of the client hold: an import that goes up, or across, breaks a contract of import-linter."""

import itertools
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")
CONTRACT = "the floors of client (docs/architecture.md)"


def floors() -> list[list[str]]:
    """The modules of each floor that exist, from the top down."""
    config: Any = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = [each for each in config["tool"]["importlinter"]["contracts"] if each["name"] == CONTRACT]
    named = [[name.strip() for name in floor.split("|")] for floor in contract["layers"]]
    return [[name for name in floor if not name.startswith("(")] for floor in named]


def file_of(tree: Path, module: str) -> Path:
    """Where an import can be added to a module or package of the client."""
    module_file = tree / "photobak" / "client" / f"{module}.py"
    return module_file if module_file.exists() else module_file.with_suffix("") / "__init__.py"


UP = [
    pytest.param(lower, upper, id=f"{lower}-to-{upper}")
    for above, below in itertools.pairwise(floors())
    for lower in below
    for upper in above
]
ACROSS = [pytest.param(*pair, id="-to-".join(pair)) for floor in floors() for pair in itertools.permutations(floor, 2)]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code; import-linter keeps what it has read of it from one test to the next."""
    folder = tmp_path_factory.mktemp("tree")
    shutil.copytree(ROOT / "photobak", folder / "photobak", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [LINT, "--contract", "client-floors", "--cache-dir", tree / "cache"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


def test_the_code_as_it_is_keeps_them(tree: Path) -> None:
    done = lint(tree)
    assert f"{CONTRACT} KEPT" in done.stdout


@pytest.mark.parametrize(("importer", "imported"), [*UP, *ACROSS])
def test_an_arrow_that_is_turned_around_is_noticed(tree: Path, importer: str, imported: str) -> None:
    file = file_of(tree, importer)
    before = file.read_text(encoding="utf-8")
    try:
        file.write_text(f"{before}\nimport photobak.client.{imported}\n", encoding="utf-8")
        done = lint(tree)
    finally:
        file.write_text(before, encoding="utf-8")
    assert done.returncode == 1
    assert f"{CONTRACT} BROKEN" in done.stdout
    assert f"photobak.client.{importer} is not allowed to import photobak.client.{imported}" in done.stdout
