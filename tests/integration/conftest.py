"""The cloud's code in this process, before one implementation of AWS or the other."""

from collections.abc import Iterator

import pytest
from support.cloud import Aws, local_aws, moto_aws

from photobak.local.values import LocalStack


@pytest.fixture(scope="session")
def moto() -> Iterator[Aws]:
    """moto: a second opinion on what calls do that come one at a time; it has no permissions."""
    with moto_aws() as found:
        yield found


@pytest.fixture(scope="module")
def local(local_stack: LocalStack) -> Iterator[Aws]:
    """The run's local stack; its own process function hears of no upload as long as the module runs."""
    with local_aws(local_stack) as found:
        yield found


@pytest.fixture(scope="module", params=["local", "moto"])
def aws(request: pytest.FixtureRequest) -> Aws:
    """Both, one after the other."""
    found: Aws = request.getfixturevalue(request.param)
    return found
