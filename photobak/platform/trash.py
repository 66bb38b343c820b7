"""The trash of the operating system, from which a person can take files out again."""

import os
from pathlib import Path


def move_to_trash(path: Path) -> None:
    """Move a file to the trash: the Finder's, the recycle bin, or that of the FreeDesktop.org Trash specification.

    Raises:
        OSError: there is no trash for it, or it can't be moved.
    """
    from send2trash import send2trash  # it asks the system for its trash when it is imported

    send2trash(os.fspath(path))
