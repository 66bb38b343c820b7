"""What the local stack is, as values for those who use it. Nothing here starts or asks anything."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeAlias

from photobak.stack.outputs import StackOutputs

HOST: Final = "127.0.0.1"
REGION: Final = "us-east-1"
"""The region that the local stack plays; it means nothing beyond names."""


class Step(StrEnum):
    """What ``up`` is doing, in its order; a step that has nothing to do is left out."""

    ITEMS = "putting the tables' file aside, which is damaged"
    SERVER = "starting the server"
    CLOUD = "deploying the cloud into it"
    UPLOADS = "announcing uploads that were cut off"
    ACCOUNT = "making your account"


OnStep: TypeAlias = Callable[[Step], None]
"""Told of each step as it begins."""


@dataclass(frozen=True, slots=True)
class LocalAccount:
    """A person who can sign in to the local stack."""

    name: str
    """The short name: ``owner`` is the one that ``up`` makes."""
    username: str
    """What the hosted UI's form takes; shaped like an e-mail address, as the user pool wants it."""
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LocalStack:
    """A local stack that runs and is deployed."""

    home: Path
    """The folder that holds all of it."""
    endpoint_url: str
    """``http://127.0.0.1:PORT``; the port changes where another program has taken the last one."""
    region: str
    pid: int
    """The server's process id."""
    outputs: StackOutputs
    accounts: tuple[LocalAccount, ...]
    """Everyone who can sign in, the owner first."""
    items_lost: bool
    """Whether the tables were damaged, and are to be rebuilt from the bucket: each account's own ``repair``."""


@dataclass(frozen=True, slots=True)
class LocalStatus:
    """What there is, whether it runs or not."""

    home: Path
    stack: LocalStack | None
    """None: it does not run, or has never been deployed to its end."""
    memory_bytes: int
    """Resident memory of the server and its Lambda workers; 0 where it does not run."""
    disk_bytes: int
    """What the stored objects take on the disk."""
    log_file: Path
