"""Runs commands in turn and sets their costs side by side: wall time, CPU time, peak memory.

``measure`` is what benchmarks import. Run as a script, this module is the launcher of one command: a process inherits
the peak memory of the one that started it (Linux counts it at exec), so the starter has to be a small one.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
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
    ends_with: int = 0
    """The exit code of a run that went well."""


@dataclass(frozen=True)
class Cost:
    """What one run took, or the medians of several."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds in user and system mode, of the command and of all processes that it waited for."""
    peak: float
    """Bytes resident, of the command and all that it started together; never less than its largest process had."""


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
    """Ours beside its rivals."""

    ours: Result
    rivals: tuple[Result, ...]

    @property
    def rival(self) -> Result:
        """The first one, which the goal is set against."""
        return self.rivals[0]

    @property
    def wall_ratio(self) -> float:
        """Below 1 = ours is faster."""
        return self.ratios(self.rival)[0]

    @property
    def cpu_ratio(self) -> float:
        """Below 1 = ours needs less."""
        return self.ratios(self.rival)[1]

    @property
    def peak_ratio(self) -> float:
        """Below 1 = ours needs less."""
        return self.ratios(self.rival)[2]

    def ratios(self, rival: Result) -> tuple[float, float, float]:
        """Ours by this rival's: wall, CPU, peak."""
        ours, theirs = self.ours.cost, rival.cost
        return ours.wall / theirs.wall, ours.cpu / theirs.cpu, ours.peak / theirs.peak

    def table(self, title: str) -> str:
        """The medians and their ratios, as Markdown."""
        names = [""] if len(self.rivals) == 1 else [f" to {rival.name}" for rival in self.rivals]
        rows = [
            (title, "wall s", "CPU s", "peak MB"),
            ("---", "---:", "---:", "---:"),
            *((result.name, *_figures(result.cost)) for result in (self.ours, *self.rivals)),
            *(
                (f"ratio{name}", *(f"{ratio:.2f}" for ratio in self.ratios(rival)))
                for name, rival in zip(names, self.rivals, strict=True)
            ),
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        return "\n".join(
            f"| {row[0]:<{widths[0]}} | " + " | ".join(f"{row[i]:>{widths[i]}}" for i in (1, 2, 3)) + " |"
            for row in rows
        )


def measure(ours: Command, *rivals: Command, rounds: int = 5) -> Comparison:
    """Run the commands in turn, so that whatever else the machine does meets all; the first runs don't count.

    Raises:
        SystemExit: a command failed.
    """
    commands = (ours, *rivals)
    turns = [[run_once(command) for command in commands] for _ in range(WARM_UPS + rounds)][WARM_UPS:]
    results = [_result(command, list(runs)) for command, runs in zip(commands, zip(*turns, strict=True), strict=True)]
    return Comparison(results[0], tuple(results[1:]))


def run_once(command: Command) -> tuple[Cost, str]:
    """Run one command; what it took, and what it wrote to its standard output.

    Raises:
        SystemExit: it failed.
    """
    if command.before:
        command.before()
    launcher = [sys.executable, "-I", "-S", __file__, *command.argv]
    finished = subprocess.run(launcher, capture_output=True, text=True, check=False)
    if finished.returncode != command.ends_with:
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
    together = _Together(process.pid)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = max(usage.ru_maxrss * 1024, together.end())
    json.dump({"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": peak, "output": output}, sys.stdout)
    return process.returncode


class _Together:
    """Adds up, ten times a second, what a process and all below it have resident (Linux: it reads ``/proc``)."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def end(self) -> int:
        """Stop looking; returns the most bytes that were seen."""
        self._ended.set()
        self._thread.join()
        return self._peak

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            self._peak = max(self._peak, _resident(self._pid))


def _resident(pid: int) -> int:
    """Bytes of one process and its descendants; what ends meanwhile, or can't be seen, counts nothing."""
    folder = Path("/proc", str(pid))
    try:
        own = int(Path(folder, "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        lists = [(task / "children").read_text() for task in Path(folder, "task").iterdir()]
    except (OSError, IndexError):
        return 0
    return own + sum(_resident(int(child)) for children in lists for child in children.split())


if __name__ == "__main__":
    sys.exit(_launch(sys.argv[1:]))
