"""Fixtures for every test: one local stack a run, torn down without leftovers, however many processes run the tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings
from support.backup import Backup
from support.fault_proxy import FaultProxy
from support.local_stack import processes_of
from support.shared_stack import shared_stack

from photobak.local.lifecycle import down
from photobak.local.values import LocalStack

# A busy machine fails no property.
settings.register_profile("photobak", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("photobak")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Count a skipped test as a failed one in CI, where every counterpart is installed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of the run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def local_stack(run_folder: Path) -> Iterator[LocalStack]:
    """The run's local stack. What one test leaves in it, others find: use names and accounts of your own."""
    with shared_stack(run_folder / "local") as stack:
        yield stack


@pytest.fixture(scope="module")
def one_address(run_folder: Path) -> Iterator[None]:
    """For modules that send wrong user codes: the run's stack counts them by address, and all tests have the same."""
    with FileLock(run_folder / "address.lock"):
        yield


@pytest.fixture
def backup(tmp_path: Path, local_stack: LocalStack) -> Backup:
    """A person with a folder for photos and an account of their own on the run's local stack."""
    return Backup(tmp_path / "home", local_stack)


@pytest.fixture
def proxy(backup: Backup) -> Iterator[FaultProxy]:
    """A proxy before the person's cloud, with no faults yet; for processes that get its ``environment``."""
    port = int(backup.stack.endpoint_url.rpartition(":")[2])
    with FaultProxy(port).running() as running:
        yield running


@pytest.fixture
def own_home(tmp_path: Path) -> Iterator[Path]:
    """A folder for a local stack of a test's own, to be killed and broken at will."""
    home = tmp_path / "stack"
    yield home
    down(home)
    assert processes_of(home) == []
