"""Compiles the Lambda bundle's modules beforehand, since a Lambda can't: its folder is read-only.

Without bytecode, each cold start compiles every module that it imports, which is more than half of its CPU time.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_SECONDS: Final = 120
_VERSION_SECONDS: Final = 10
_INSTALLED_AT: Final = "/var/task"
"""For tracebacks: where Lambda unpacks a bundle (lambda/latest/dg/configuration-envvars.html, LAMBDA_TASK_ROOT)."""
_VERSION: Final = "import sys; print('%d.%d %s' % (*sys.version_info[:2], sys.implementation.name))"


def find_interpreter(python: str) -> str | None:
    """A CPython of this version on this machine; None where there is none that runs.

    Args:
        python: ``3.13``. Bytecode is valid for one version only.
    """
    if python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{python}")
    # A version manager's stand-in may be there for a version that isn't, and only say so.
    return found if found and _output([found, "-I", "-c", _VERSION], _VERSION_SECONDS) == f"{python} cpython" else None


def bytecode_of(files: Mapping[str, bytes], interpreter: str) -> dict[str, bytes]:
    """Compile modules; the same files and the same interpreter give the same bytes.

    Args:
        files: the bundle's files by their names, of which ``.py`` are compiled.
        interpreter: from ``find_interpreter``.

    Returns:
        Bytecode by name, ``package/__pycache__/module.cpython-313.pyc``, which is not checked against its source when
        it is imported (PEP 552: unchecked hash-based pyc). Nothing where the interpreter can't be started or hangs.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, content in files.items():
            if name.endswith(".py"):
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        options = ("--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", _INSTALLED_AT, "-q", "-q")
        # A module that can't be compiled is left without bytecode; after a timeout what is there differs each time.
        if _output([interpreter, "-P", "-m", "compileall", *options, str(folder)], _SECONDS) is None:
            return {}
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.pyc"))}


def _output(command: list[str], seconds: float) -> str | None:
    """What an interpreter prints; None where it can't be started, or hangs."""
    # The order of a set's items in bytecode may follow their hashes, so these are not to be random.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        done = subprocess.run(  # noqa: S603 - an interpreter of this machine, and files of wheels whose hashes are known
            command,
            env=environment | {"PYTHONHASHSEED": "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="replace").strip()
