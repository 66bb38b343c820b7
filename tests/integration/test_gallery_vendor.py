"""The libraries that the gallery brings along are the files that npm publishes."""

import hashlib
import json
from pathlib import Path

import pytest
from support.gallery.axe import NPM
from support.node import installed_programs

GALLERY = Path(__file__).parents[2] / "photobak" / "gallery"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed_programs(tmp_path_factory.mktemp("npm"), NPM) / "node_modules"


def test_vendored_libraries_are_what_npm_publishes(packages: Path) -> None:
    vendored = json.loads((GALLERY / "vendor.json").read_text())
    assert {package["package"] for package in vendored} == {"thumbhash", "@noble/hashes"}
    for package in vendored:
        published = packages / package["package"]
        assert json.loads((published / "package.json").read_text())["version"] == package["version"]
        for name, file in package["files"].items():
            content = (published / file["from"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"], name
            assert (GALLERY / "static" / "vendor" / name).read_bytes() == content
