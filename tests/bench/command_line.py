"""What it costs to start: ``python -m tests.bench.command_line``.

``photobak --help`` beside Python importing click, which is the least that any program with click costs.
"""

import sys
from pathlib import Path

from tests.bench.measure import Command, measure


def main() -> None:
    """Measure and print."""
    python = Path(sys.executable)
    photobak = python.with_name("photobak")
    found = measure(
        Command("photobak --help", [str(photobak), "--help"]),
        Command("python -c 'import click'", [str(python), "-c", "import click"]),
        rounds=21,
    )
    print(found.table("the help text (goal: 1.5 times the import)"))


if __name__ == "__main__":
    main()
