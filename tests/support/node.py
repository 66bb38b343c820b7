"""Node.js programs of the tests, with their packages from npm."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parents[1] / "e2e" / "node"
SIMULATOR = Path(__file__).parents[1] / "infrastructure" / "node"


def installed_programs(folder: Path, programs: Path = PROGRAMS) -> Path:
    """A copy of the programs beside their packages; skips the test where there is no Node.js, or no registry."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("there is no Node.js (install the packages nodejs and npm)")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < 20:
        pytest.skip(f"Node.js {version} is too old for these programs (install the package nodejs, 20 or newer)")
    shutil.copytree(programs, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    if done.returncode:
        pytest.skip(f"npm can't install what {programs}/package.json names: {done.stderr.strip().splitlines()[-1]}")
    return folder


@contextmanager
def node(program: Path, arguments: Mapping[str, object]) -> Iterator["subprocess.Popen[str]"]:
    """Run a program that takes one JSON object, and end it."""
    with subprocess.Popen(
        ["node", str(program), json.dumps(arguments)], stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.kill()
