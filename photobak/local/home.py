"""The one folder that holds a local stack: what lies where, kept private, and only wiped where it was made here."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from photobak.errors import LocalStackError, reason_of
from photobak.platform.private_files import write_private

_MARKER: Final = "made-by-photobak"
_IGNORE_FILE: Final = ".photobakignore"  # photobak.client.files.scan; the client and this package never meet


@dataclass(frozen=True, slots=True)
class Home:
    """The paths inside a local stack's folder; making one touches nothing."""

    root: Path
    """Absolute, without symbolic links: processes are recognized by it."""

    @classmethod
    def at(cls, folder: Path) -> "Home":
        """The home in ``folder``, which need not exist."""
        return cls(folder.expanduser().resolve())

    @property
    def lock(self) -> Path:
        """Held while the server is started, stopped or wiped."""
        return self.root / "lock"

    @property
    def server_file(self) -> Path:
        """Which process serves, and on which port."""
        return self.root / "server.json"

    @property
    def stack_file(self) -> Path:
        """The outputs of the deployed stack; it exists once ``up`` has come to its end."""
        return self.root / "stack.json"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.root / "server.log"

    @property
    def secrets(self) -> Path:
        """The root keys, and one file an account."""
        return self.root / "secrets"

    @property
    def state(self) -> Path:
        """MiniStack's own files, one a service: pools, users, functions, APIs."""
        return self.root / "state"

    @property
    def items(self) -> Path:
        """The tables' items (SQLite)."""
        return self.root / "items.sqlite3"

    @property
    def items_lost_file(self) -> Path:
        """It exists from when the items' file was found damaged until the records are rebuilt from the bucket."""
        return self.root / "items-lost"

    @property
    def objects(self) -> Path:
        """The bodies of the S3 objects, a file each."""
        return self.root / "objects"

    @property
    def temporary(self) -> Path:
        """The ``TMPDIR`` of the server and its Lambda workers."""
        return self.root / "tmp"

    def exists(self) -> bool:
        """Tell whether a local stack has been made here."""
        return (self.root / _MARKER).is_file()

    def make(self) -> None:
        """Make the folders with mode 0700; nothing happens where they are there.

        Raises:
            LocalStackError: the folder holds something else, or can't be made.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._claim()
            self.root.chmod(0o700)
            for folder in (self.secrets, self.state, self.objects, self.temporary):
                folder.mkdir(mode=0o700, exist_ok=True)
            # Or a backup of all that is in $HOME would back up itself, and its previews, and theirs, without end.
            if not (self.root / _IGNORE_FILE).exists():
                write_private(self.root / _IGNORE_FILE, b"*\n")
        except OSError as error:
            raise LocalStackError(f"the folder {self.root} can't be made", why=reason_of(error)) from error

    def wipe(self) -> None:
        """Delete what a local stack puts here, but the folder, its marker, its ignore file and its lock.

        Raises:
            LocalStackError: the folder was not made by photobak, or something in it can't be deleted.
        """
        if not self.exists():
            raise LocalStackError(f"{self.root} is not a local stack's folder", next_step="Nothing was deleted.")
        try:
            # The stack file goes first: a wipe that is cut off leaves a stack never deployed, not a broken one.
            self.stack_file.unlink(missing_ok=True)
            for name in (self.server_file.name, f"{self.log.name}*", f"{self.items.name}*", self.items_lost_file.name):
                for file in self.root.glob(name):
                    file.unlink()
            for folder in (self.state, self.objects, self.temporary, self.secrets):
                if folder.exists():
                    shutil.rmtree(folder)
        except OSError as error:
            raise LocalStackError(f"{self.root} can't be emptied", why=str(error)) from error

    def _claim(self) -> None:
        # The marker is the first thing here: where another process is quicker, it is there before all else is.
        if any(self.root.iterdir()) and not self.exists():
            raise LocalStackError(
                f"the folder {self.root} holds something else",
                why="a local stack only lives in a folder of its own",
                next_step="Move what is there, or set PHOTOBAK_HOME to another folder.",
            )
        (self.root / _MARKER).touch(mode=0o600)
