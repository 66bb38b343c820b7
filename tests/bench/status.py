"""What a look costs: ``python -m tests.bench.status [FILES]``.

``photobak status`` with an index of FILES files (default: 10,000), beside Python importing click.
"""

import sys
from pathlib import Path

from tests.bench.home import bench_home
from tests.bench.measure import Command, measure
from tests.bench.unchanged import fill
from tests.support.command_line import PHOTOBAK, environ_of


def main() -> None:
    """Measure and print."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with bench_home("status") as home:
        fill(home, files)
        environ = ["env", *(f"{name}={value}" for name, value in environ_of(home.folder).items())]
        found = measure(
            Command("photobak status", [*environ, PHOTOBAK, "status"]),
            Command("python -c 'import click'", [*environ, str(Path(sys.executable)), "-c", "import click"]),
            rounds=21,
        )
    print(found.table(f"the state, {files:,} files (goal: 2.5 times the import)"))


if __name__ == "__main__":
    main()
