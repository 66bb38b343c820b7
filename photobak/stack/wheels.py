"""Downloads the libraries that the Lambdas import, as wheels for the machine that they run on there."""

import hashlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from photobak.errors import StackError

FUNCTIONS: Final = "lambda-requirements.txt"
"""The lock file of the libraries that all functions have."""
VIDEO: Final = "video-requirements.txt"
"""The lock file of what the poster function has besides."""
_SECONDS: Final = 300
_TOLD: Final = "ERROR:"
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Platform:
    """What wheels are made for."""

    python: str
    """``3.13``."""
    tags: tuple[str, ...]
    """Platform tags of PEP 425, the newest first; none: this machine's own."""

    @classmethod
    def of_this_machine(cls) -> "Platform":
        """The Python that runs now, and its processor."""
        return cls(f"{sys.version_info.major}.{sys.version_info.minor}", ())


LAMBDA: Final = Platform("3.13", ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"))
"""The template's Runtime and Architectures: Amazon Linux 2023 has glibc 2.34."""


def lock_file(name: str = FUNCTIONS) -> bytes:
    """The libraries' versions, each with the hashes of its files."""
    return resources.files(__package__).joinpath(name).read_bytes()


def fetch_wheels(platform: Platform, cache: Path, lock: str = FUNCTIONS) -> list[Path]:
    """The wheels of all libraries, from the cache or else from PyPI, sorted by name; each has a hash of the lock file.

    Args:
        platform: what they are to run on.
        cache: a folder that is kept; made where it is missing.
        lock: the name of their lock file.

    Raises:
        StackError: pip is missing, or can't get what the lock file names.
    """
    wanted = hashlib.sha256(lock_file(lock) + repr((platform, sysconfig.get_platform())).encode()).hexdigest()[:16]
    folder = cache / f"wheels-{wanted}"
    if folder.is_dir() and not _all_as_locked(folder, lock_file(lock).decode()):
        shutil.rmtree(folder)  # damaged, or changed by somebody: pip checks what it downloads
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix="wheels-") as unfinished:
            _download(platform, Path(unfinished), lock_file(lock))
            _move_finished(Path(unfinished), folder)
    return sorted(folder.glob("*.whl"))


def _all_as_locked(folder: Path, lock: str) -> bool:
    """Whether every wheel has a hash of the lock file, and each library has its wheel."""
    locked, wheels = set(_HASH.findall(lock)), list(folder.glob("*.whl"))
    complete = len(wheels) == sum("==" in line for line in lock.splitlines())
    return complete and all(hashlib.sha256(wheel.read_bytes()).hexdigest() in locked for wheel in wheels)


def _move_finished(unfinished: Path, folder: Path) -> None:
    """Move a complete download to its final name; another process may have been faster."""
    finished = unfinished / "finished"
    finished.mkdir()
    for wheel in unfinished.glob("*.whl"):
        wheel.rename(finished / wheel.name)
    try:
        finished.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def _download(platform: Platform, folder: Path, content: bytes) -> None:
    lock = folder / "requirements.txt"
    lock.write_bytes(content)
    tags = [option for tag in platform.tags for option in ("--platform", tag)]
    command = [
        # -P: a pip.py in the working folder must not run in pip's place.
        *(sys.executable, "-P", "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"),
        *("--no-deps", "--require-hashes", "--only-binary=:all:", "--requirement", str(lock)),
        *("--python-version", platform.python, "--implementation", "cp", *tags, "--dest", str(folder)),
    ]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, and nothing that came from outside
            command, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _unreachable(f"pip did not finish within {_SECONDS} s") from error
    if done.returncode:
        raise _unreachable(_reason(done.stderr))


def _reason(stderr: str) -> str:
    lines = [line for line in stderr.splitlines() if line.strip()]
    if any("No module named pip" in line for line in lines):
        return "this Python has no pip (python -m ensurepip gives it one)"
    told = [line.removeprefix(_TOLD).strip() for line in lines if line.startswith(_TOLD)]
    return (told or lines or ["pip gave no reason"])[0]


def _unreachable(why: str) -> StackError:
    next_step = "Check the network, and deploy again; nothing has been changed."
    return StackError("the Lambda's libraries can't be downloaded", why=why, next_step=next_step)
