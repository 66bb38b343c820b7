"""One local stack for all processes that run tests: the first to need it starts it, the last to leave stops it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from support.local_stack import processes_of

from photobak.local.lifecycle import down, up
from photobak.local.values import LocalStack


@contextmanager
def shared_stack(folder: Path) -> Iterator[LocalStack]:
    """The stack below ``folder``, for as long as anybody uses it."""
    folder.mkdir(exist_ok=True)
    guard, users, home = FileLock(folder / "users.lock"), folder / "users", folder / "stack"
    with guard:
        count_users(users, +1)
        stack = up(home)
    try:
        yield stack
    finally:
        with guard:
            if count_users(users, -1) == 0:
                down(home)
                assert processes_of(home) == []


def count_users(file: Path, change: int) -> int:
    """Change the number in the file, and return it."""
    count = (int(file.read_text()) if file.exists() else 0) + change
    file.write_text(str(count))
    return count
