"""What nobody has to wait for: a command's help imports little."""

import json
import keyword
import os
import subprocess
import sys
from pathlib import Path

from photobak.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]

HEAVY = {
    "authlib", "aws_lambda_powertools", "boto3", "botocore", "hypercorn", "joserfc", "keyring", "ministack", "PIL",
    "pillow_heif", "psutil", "pydantic", "rich", "sqlite3", "urllib3", "yaml",
}  # fmt: skip
"""What a command imports when it runs, and its help doesn't."""

RUN = """
import contextlib, json, sys
from photobak.cli.main import command
for arguments in {lines!r}:
    with contextlib.suppress(SystemExit):
        command.main(arguments, prog_name="photobak", standalone_mode=False)
print(json.dumps(sorted(name for name in sys.modules if "." not in name or name.startswith("photobak."))))
"""


def imported_by(*lines: list[str]) -> set[str]:
    """The modules that a new process has loaded after these command lines."""
    command = [sys.executable, "-c", RUN.format(lines=lines)]
    # Coverage would load its own libraries into the process.
    bare = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=bare)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_help_imports_click_and_little_else() -> None:
    found = imported_by(["--help"], ["--version"])
    assert "click" in found
    assert found & HEAVY == set()
    ours = {name for name in found if name.startswith("photobak.")}
    assert {name for name in ours if not name.startswith("photobak.cli")} == {"photobak.errors"}
    assert not ours & {f"photobak.cli.commands.{name}" for name in COMMANDS}


def test_no_commands_help_has_to_wait_for_its_libraries() -> None:
    found = imported_by(*([name, "--help"] for name in COMMANDS))
    modules = {f"{name}_" if keyword.iskeyword(name) else name for name in COMMANDS}
    assert {f"photobak.cli.commands.{name}" for name in modules} <= found
    assert found & HEAVY == set()


def test_pre_sign_up_loads_no_library_so_that_cognito_isnt_kept_waiting() -> None:
    program = (
        "import sys, photobak.cloud.pre_sign_up.handler\n"
        "print(*{name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names)"
    )
    loaded = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert set(loaded.stdout.split()) == {"__main__", "photobak"}
