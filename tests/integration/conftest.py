"""The cloud's code in this process, before one implementation of AWS or the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from support.campaign import rounds
from support.cloud import Aws, moto_aws, quiet_aws

from photobak.local.values import LocalStack


@pytest.fixture(scope="session")
def moto() -> Iterator[Aws]:
    """moto: a second opinion on what calls do that come one at a time; it has no permissions."""
    with moto_aws() as found:
        yield found


@pytest.fixture(scope="session")
def local(local_stack: LocalStack, run_folder: Path) -> Aws:
    """A stack of its own on the run's local stack, whose functions hear of no upload."""
    with FileLock(run_folder / "quiet.lock"):
        return quiet_aws(local_stack)


@pytest.fixture(scope="module", params=["local", "moto"])
def aws(request: pytest.FixtureRequest) -> Aws:
    """Both, one after the other."""
    found: Aws = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module", params=["local", "moto"][: rounds(short=1, long=2)])
def campaign_aws(request: pytest.FixtureRequest) -> Aws:
    """Both in the long form of a campaign, in the short one that which has permissions."""
    found: Aws = request.getfixturevalue(request.param)
    return found
