"""A disk that takes no file larger than so much, as a full one does: the limit that the system keeps for a process."""

import resource
import subprocess
from pathlib import Path

from support.command_line import PHOTOBAK, environ_of


def run_on_small_disk(
    home: Path, *arguments: str, largest: int, timeout: float = 60
) -> "subprocess.CompletedProcess[str]":
    """Run the installed command to its end, where no file may become larger than ``largest`` bytes."""

    def no_file_larger() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))

    return subprocess.run(
        [PHOTOBAK, *arguments],
        env=environ_of(home, PYTHONDONTWRITEBYTECODE="1"),  # Python would keep bytecode that is cut off
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        preexec_fn=no_file_larger,
    )
