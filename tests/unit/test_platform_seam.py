"""Only ``photobak.platform`` knows which operating system it runs on (its imports: a contract in pyproject.toml)."""

import ast
from pathlib import Path

import pytest

PHOTOBAK = Path(__file__).parents[2] / "photobak"
OUTSIDE = sorted(path for path in PHOTOBAK.rglob("*.py") if PHOTOBAK / "platform" not in path.parents)

DIFFERS = {
    "os.fchmod", "os.fchown", "os.fork", "os.geteuid", "os.getgid", "os.getuid", "os.mkfifo", "os.name", "os.preadv",
    "os.pwrite", "os.pread", "os.uname", "platform.node", "platform.system", "socket.gethostname", "sys.platform",
}  # fmt: skip
"""What Windows lacks, or what says which system this is."""


def differing(source: str) -> set[str]:
    """The names in ``source`` that mean something on one operating system only."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.add(f"{node.value.id}.{node.attr}")
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.keyword) and node.arg and node.arg.endswith("dir_fd"):
            found.add(node.arg)
    return {name for name in found if name in DIFFERS or name.startswith("os.O_") or name.endswith("dir_fd")}


def test_no_other_module_knows_its_operating_system() -> None:
    found = {str(module.relative_to(PHOTOBAK)): differing(module.read_text("utf-8")) for module in OUTSIDE}
    assert {module: names for module, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import sys\nif sys.platform == 'darwin': ...", {"sys.platform"}),
        ("from sys import platform", {"sys.platform"}),
        ("import os\nos.open(name, os.O_RDONLY, dir_fd=folder)", {"os.O_RDONLY", "dir_fd"}),
        ("import os\nos.rename(a, b, src_dir_fd=c)", {"src_dir_fd"}),
        ("import os, sys\nos.environ, sys.argv, os.fsync(1)", set()),
    ],
)
def test_what_differs_is_found(source: str, names: set[str]) -> None:
    assert differing(source) == names
