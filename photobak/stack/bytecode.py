"""Compiles the Lambda bundle's modules beforehand, since a Lambda can't: its folder is read-only.

Without, each cold start compiles every module that it imports, which is more than half of its CPU time.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

_SECONDS: Final = 120
_INSTALLED_AT: Final = "/var/task"
"""For tracebacks: where Lambda unpacks a bundle (lambda/latest/dg/configuration-envvars.html, LAMBDA_TASK_ROOT)."""


def bytecode_of(files: Mapping[str, bytes], python: str) -> Iterator[tuple[str, bytes]]:
    """Compile modules; the same files and the same interpreter give the same bytes.

    Bytecode is valid for one version of Python only. Where this machine has none of the wanted version there is none,
    and the functions start later.

    Args:
        files: the bundle's files by their names, of which ``.py`` are compiled.
        python: the version that they will run on, ``3.13``.

    Yields:
        Names, as ``package/__pycache__/module.cpython-313.pyc``, and bytecode that is not checked against its source
        again (PEP 552: unchecked hash-based pyc).
    """
    interpreter = _interpreter(python)
    if interpreter is None:
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, content in files.items():
            if name.endswith(".py"):
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        if not _compiled(interpreter, folder):
            return
        for path in sorted(folder.rglob("*.pyc")):
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def _interpreter(python: str) -> str | None:
    if python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    return shutil.which(f"python{python}")


def _compiled(interpreter: str, folder: Path) -> bool:
    """Compile what can be compiled; a module that can't is as if there were no bytecode for it.

    Returns:
        False where the interpreter can't be started, or hangs: what it has compiled by then differs each time.
    """
    # The order of a set's items in bytecode may follow their hashes, so these are not to be random.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    options = ("--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", _INSTALLED_AT, "-q", "-q")
    try:
        subprocess.run(  # noqa: S603 - an interpreter of this machine, and files of wheels whose hashes are known
            [interpreter, "-P", "-m", "compileall", *options, str(folder)],
            env=environment | {"PYTHONHASHSEED": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return True
