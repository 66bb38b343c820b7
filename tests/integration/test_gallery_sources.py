"""The gallery's modules have the types that they state, and its libraries are the files that npm publishes."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest
from support.gallery.axe import NPM
from support.node import installed_programs

GALLERY = Path(__file__).parents[2] / "photobak" / "gallery"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed_programs(tmp_path_factory.mktemp("npm"), NPM)


def test_vendored_libraries_are_what_npm_publishes(packages: Path) -> None:
    vendored = json.loads((GALLERY / "vendor.json").read_text())
    assert {package["package"] for package in vendored} == {"thumbhash", "@noble/hashes"}
    for package in vendored:
        published = packages / "node_modules" / package["package"]
        assert json.loads((published / "package.json").read_text())["version"] == package["version"]
        for name, file in package["files"].items():
            content = (published / file["from"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"], name
            assert (GALLERY / "static" / "vendor" / name).read_bytes() == content


def test_the_modules_have_the_types_that_they_state(packages: Path) -> None:
    options = json.loads((packages / "tsconfig.json").read_text())
    (packages / "tsconfig.json").write_text(json.dumps({**options, "include": [f"{GALLERY / 'static'}/*.js"]}))
    command = ["node", "node_modules/typescript/bin/tsc", "--project", ".", "--pretty", "false"]
    found = subprocess.run(command, cwd=packages, capture_output=True, text=True, check=False).stdout.splitlines()
    assert [line for line in found if "/vendor/" in line], "the untyped libraries are known to have errors"
    assert [line for line in found if not line.startswith(" ") and "/vendor/" not in line] == []
