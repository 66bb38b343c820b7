"""Whether a local stack runs, and where: what commands ask before anything else, so that nothing else is loaded."""

import json
from dataclasses import dataclass
from pathlib import Path

from photobak.errors import LocalStackError
from photobak.local.accounts import accounts
from photobak.local.home import Home
from photobak.local.probe import serves
from photobak.local.values import HOST, REGION, LocalStack
from photobak.stack.outputs import StackOutputs


@dataclass(frozen=True, slots=True)
class Server:
    """A server process that was started here."""

    pid: int
    port: int

    @property
    def endpoint_url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"


def running(home: Path) -> LocalStack | None:
    """The local stack if it runs, is deployed and answers; a few milliseconds, nothing is started.

    Raises:
        LocalStackError: one of its files is not what was written.
    """
    place = Home.at(home)
    if not place.stack_file.is_file():
        return None
    server = serving(place)
    return stack_of(place, server, _outputs(place)) if server else None


def serving(home: Home) -> Server | None:
    """The server of this home if it answers, and for no other home: ports are used again."""
    server = last_server(home)
    return server if server and serves(server.endpoint_url, home) else None


def last_server(home: Home) -> Server | None:
    """The server that was started last, whether it lives or not."""
    try:
        return Server(**json.loads(home.server_file.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def stack_of(home: Home, server: Server, outputs: StackOutputs) -> LocalStack:
    """All that is known of a stack that runs."""
    return LocalStack(
        home=home.root,
        endpoint_url=server.endpoint_url,
        region=REGION,
        pid=server.pid,
        outputs=outputs,
        accounts=accounts(home),
    )


def _outputs(home: Home) -> StackOutputs:
    try:
        return StackOutputs(**json.loads(home.stack_file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        next_step = "Write it again with: photobak local up"
        raise LocalStackError(f"{home.stack_file} can't be read", next_step=next_step) from error
