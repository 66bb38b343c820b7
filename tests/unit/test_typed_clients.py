"""Every client that the package makes is one whose calls mypy compares with AWS's model, by boto3's stubs."""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEVELOPMENT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]["dev"]
(STUBS,) = (re.split(r"[\[\],]", each)[1:-1] for each in DEVELOPMENT if each.startswith("boto3-stubs"))
OVERLOADED = ("photobak/client/account/session.py", "photobak/stack/target.py")


def clients() -> Iterator[tuple[str, ast.Call]]:
    """Every ``….client("service", …)``, and where it is; a ``client()`` without a service is a function of ours."""
    for path in (ROOT / "photobak").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "client"
            if named and node.args:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_there_is_a_stub_for_every_service() -> None:
    used = {call.args[0].value for _, call in clients() if isinstance(call.args[0], ast.Constant)}
    assert used <= set(STUBS)
    assert all(find_spec(f"mypy_boto3_{service.replace('-', '_')}") for service in used)


@pytest.mark.parametrize(("place", "call"), [pytest.param(*each, id=each[0]) for each in clients()])
def test_the_service_is_named_or_one_of_a_few(place: str, call: ast.Call) -> None:
    """A name that is worked out would have no type; two methods pass on one of those that their overloads name."""
    assert isinstance(call.args[0], ast.Constant) or place.startswith(OVERLOADED)
