"""Stacks of a test's own on the run's local stack: the real template under another name."""

from photobak.local.home import Home
from photobak.local.keys import root_keys, root_session
from photobak.local.values import LocalStack
from photobak.stack.target import Target


def target_of(stack: LocalStack) -> Target:
    """The local stack as a target of deployments, as its root."""
    return Target(root_session(root_keys(Home.at(stack.home))), stack.endpoint_url, poll_seconds=0.05)


def local_parameters(stack: LocalStack) -> dict[str, str]:
    """What the template needs to know of the local stack."""
    return {"Environment": "local", "LocalEndpoint": stack.endpoint_url}
