"""Runs two commands in turn and sets their costs side by side: wall time, CPU time, peak memory.

``measure`` is what benchmarks import. Run as a script, this module is the launcher of one command: a process inherits
the peak memory of the one that started it (Linux counts it at exec), so the starter has to be a small one.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

WARM_UPS = 1


@dataclass(frozen=True)
class Command:
    """What is measured."""

    name: str
    """As the table shows it, with its version."""
    argv: Sequence[str]
    before: Callable[[], None] | None = None
    """Brings the world into the state that each run starts from; not measured."""


@dataclass(frozen=True)
class Cost:
    """What one run took, or the medians of several."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds in user and system mode, of the command and of all processes that it waited for."""
    peak: float
    """Bytes resident, of the largest of these processes."""


@dataclass(frozen=True)
class Result:
    """All measured runs of a command."""

    name: str
    runs: tuple[Cost, ...]
    outputs: tuple[str, ...]
    """What each run wrote to its standard output."""

    @property
    def cost(self) -> Cost:
        """The medians."""
        return Cost(*(median(getattr(run, field) for run in self.runs) for field in ("wall", "cpu", "peak")))


@dataclass(frozen=True)
class Comparison:
    """Ours beside a rival's."""

    ours: Result
    rival: Result

    @property
    def wall_ratio(self) -> float:
        """Below 1 = ours is faster."""
        return self.ours.cost.wall / self.rival.cost.wall

    @property
    def cpu_ratio(self) -> float:
        """Below 1 = ours needs less."""
        return self.ours.cost.cpu / self.rival.cost.cpu

    @property
    def peak_ratio(self) -> float:
        """Below 1 = ours needs less."""
        return self.ours.cost.peak / self.rival.cost.peak

    def table(self, title: str) -> str:
        """The medians and their ratios, as Markdown."""
        ratios = (self.wall_ratio, self.cpu_ratio, self.peak_ratio)
        rows = [
            (title, "wall s", "CPU s", "peak MB"),
            ("---", "---:", "---:", "---:"),
            *((result.name, *_figures(result.cost)) for result in (self.ours, self.rival)),
            ("ratio", *(f"{ratio:.2f}" for ratio in ratios)),
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        return "\n".join(
            f"| {row[0]:<{widths[0]}} | " + " | ".join(f"{row[i]:>{widths[i]}}" for i in (1, 2, 3)) + " |"
            for row in rows
        )


def measure(ours: Command, rival: Command, rounds: int = 5) -> Comparison:
    """Run both commands in turn, so that whatever else the machine does meets both; the first runs don't count.

    Raises:
        SystemExit: a command failed.
    """
    ours_runs, rival_runs = [], []
    for _ in range(WARM_UPS + rounds):
        ours_runs.append(_run(ours))
        rival_runs.append(_run(rival))
    return Comparison(_result(ours, ours_runs[WARM_UPS:]), _result(rival, rival_runs[WARM_UPS:]))


def _run(command: Command) -> tuple[Cost, str]:
    if command.before:
        command.before()
    launcher = [sys.executable, "-I", "-S", __file__, *command.argv]
    finished = subprocess.run(launcher, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise SystemExit(f"{command.name} failed ({finished.returncode}): {finished.stderr.strip()}")
    report = json.loads(finished.stdout)
    return Cost(report["wall"], report["cpu"], report["peak"]), report["output"]


def _result(command: Command, runs: list[tuple[Cost, str]]) -> Result:
    return Result(command.name, tuple(cost for cost, _ in runs), tuple(output for _, output in runs))


def _figures(cost: Cost) -> tuple[str, str, str]:
    return f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{cost.peak / 1e6:.0f}"


def _launch(argv: list[str]) -> int:
    """Run one command to its end and write what it took to standard output, as JSON."""
    start = time.perf_counter()
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    cost = {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss * 1024}
    json.dump(cost | {"output": output}, sys.stdout)
    return process.returncode


if __name__ == "__main__":
    sys.exit(_launch(sys.argv[1:]))
