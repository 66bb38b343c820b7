"""Fixtures of the end-to-end tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.chromium import Chromium, started
from support.node import installed_programs


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the Node.js programs, with their packages installed."""
    return installed_programs(tmp_path_factory.mktemp("node"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """A browser for a module's tests: its start takes longer than most of them."""
    with started() as browser:
        yield browser
