"""Our own code as the Lambdas get it: the same bytes from the same files, and nothing that runs elsewhere."""

import io
import os
import shutil
import zipfile
from importlib import resources
from pathlib import Path

import pytest

from photobak.stack import bundle
from photobak.stack.bundle import build_bundle


def names_in(content: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(content)).namelist()


def test_two_builds_are_the_same_bytes_under_the_same_key() -> None:
    assert build_bundle() == build_bundle()
    assert build_bundle().key.startswith("code/")
    assert build_bundle().key.endswith(".zip")


def test_it_holds_the_lambdas_code_and_no_other() -> None:
    names = names_in(build_bundle().content)
    assert {name.split("/")[1] for name in names if name.count("/") > 1} == {"cloud", "gallery", "photo"}
    assert {"photobak/__init__.py", "photobak/errors.py"} <= set(names)
    assert [name for name in names if "__pycache__" in name or name.endswith(".pyc")] == []
    assert names == sorted(names)


def test_it_says_nothing_of_this_machine() -> None:
    for entry in zipfile.ZipFile(io.BytesIO(build_bundle().content)).infolist():
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)
        assert entry.external_attr >> 16 == 0o644


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package that the bundle is built from, to be changed at will."""
    package = tmp_path / "photobak"
    ignored = shutil.ignore_patterns("__pycache__", "local", "client", "cli")
    shutil.copytree(Path(str(resources.files("photobak"))), package, ignore=ignored)
    monkeypatch.setattr(bundle.resources, "files", lambda _name: package)
    return package


def test_when_a_file_was_written_has_no_say(copied: Path) -> None:
    before = build_bundle()
    for file in copied.rglob("*.py"):
        os.utime(file, (0, 0))
        file.chmod(0o600)
    (copied / "cloud" / "__pycache__").mkdir()
    (copied / "cloud" / "__pycache__" / "x.cpython-313.pyc").write_bytes(b"compiled")
    assert build_bundle() == before


def test_other_code_has_another_key(copied: Path) -> None:
    before = build_bundle()
    with (copied / "cloud" / "__init__.py").open("a") as file:
        file.write("# changed\n")
    assert build_bundle().key != before.key
