"""Fixtures of the end-to-end tests."""

from pathlib import Path

import pytest
from support.node import installed_programs


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the Node.js programs, with their packages installed."""
    return installed_programs(tmp_path_factory.mktemp("node"))
