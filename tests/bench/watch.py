"""`photobak watch` left running: ``python -m tests.bench.watch [--files 100000] [--minutes 10] [--photos 20]``.

Two figures. **Idle**: CPU time and peak memory over ten minutes in which nothing changes, its regular scans included,
beside ``inotifywait -m -r`` (Debian's inotify-tools), which only listens: it neither scans nor knows the files. Both
run at the same time and on the same folders. **A new file**: seconds from its last byte until its line says that the
cloud has confirmed it, beside ``photobak sync`` started at that moment, which has nothing to wait for. The library is
small there: the cloud has never seen the files of the large one, and a sync would upload them.
"""

import argparse
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.home import BenchHome, bench_home, installed
from tests.bench.unchanged import fill
from tests.support.command_line import PHOTOBAK, environ_of
from tests.support.pictures import encoded, quadrants

TICKS = os.sysconf("SC_CLK_TCK")
SETTLE = 20.0
"""Seconds for the first sync, and for inotifywait to set its watches; not measured."""
PAUSE = 4.0
"""Seconds between two new files, so that each is a change of its own."""


@dataclass(frozen=True)
class Use:
    """What a process has used since it began."""

    cpu: float
    """Seconds, in user and system mode, with those of its children that have ended."""
    peak: float
    """Bytes resident at most."""

    @classmethod
    def of(cls, pid: int) -> "Use":
        """Read it from ``/proc``."""
        times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
        status = Path(f"/proc/{pid}/status").read_text()
        peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
        return cls(sum(map(int, times)) / TICKS, int(peak) * 1024)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--photos", type=int, default=20)
    arguments = parser.parse_args()
    if arguments.minutes:
        print(f"Idle for {arguments.minutes:g} minutes, {arguments.files:,} files; goal: 0.5 % of a core, 60 MB\n")
        with bench_home("watch") as home:
            fill(home, arguments.files)
            idle(home, arguments.minutes * 60)
    if arguments.photos:
        print("\nA new file; goal: confirmed 3 s after it is complete\n")
        with bench_home("watch") as home:
            new_files(home, arguments.photos)


def idle(home: BenchHome, seconds: float) -> None:
    """Both at the same time; the table has what they used between the first look and the last."""
    listen = [installed("inotifywait"), "-m", "-r", "-q", "-e", "modify,create,delete,move", str(home.photos)]
    with watching(home) as watch, running(home, listen) as rival:
        time.sleep(SETTLE)
        names = {"photobak watch": watch.pid, "inotifywait -m -r": rival.pid}
        before = {name: Use.of(pid) for name, pid in names.items()}
        time.sleep(seconds)
        print("| idle | CPU s | % of a core | peak MB |\n| --- | ---: | ---: | ---: |")
        for name, pid in names.items():
            use = Use.of(pid)
            cpu = use.cpu - before[name].cpu
            print(f"| {name} | {cpu:.2f} | {100 * cpu / seconds:.2f} | {use.peak / 1e6:.0f} |")


def new_files(home: BenchHome, photos: int) -> None:
    """Seconds until new photos are confirmed, one at a time."""
    contents = [encoded(quadrants(1200 + 16 * number, 900), "JPEG") for number in range(2 * photos + 2)]
    folder = home.photos / "new"
    folder.mkdir(parents=True)
    sync = [_sync_of(home, folder, f"sync {number}.jpg", contents.pop()) for number in range(photos + 1)][1:]
    with watching(home) as process:
        time.sleep(SETTLE)
        watch = [_watch_of(process, folder, f"watch {number}.jpg", contents.pop()) for number in range(photos + 1)][1:]
        peak = Use.of(process.pid).peak
    print("| a new file is confirmed | median s | slowest s | peak MB |\n| --- | ---: | ---: | ---: |")
    print(f"| photobak watch | {_spread(watch)} | {peak / 1e6:.0f} |")
    print(f"| photobak sync, started at once | {_spread(sync)} | |")


def _watch_of(process: "subprocess.Popen[str]", folder: Path, name: str, content: bytes) -> float:
    """Write a photo, and wait for its line."""
    time.sleep(PAUSE)
    (folder / name).write_bytes(content)
    complete = time.monotonic()
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.rstrip().endswith(name), line
    return time.monotonic() - complete


def _sync_of(home: BenchHome, folder: Path, name: str, content: bytes) -> float:
    """Write a photo, and sync its folder's library."""
    (folder / name).write_bytes(content)
    complete = time.monotonic()
    home.run("sync", str(home.photos))
    return time.monotonic() - complete


def _spread(seconds: list[float]) -> str:
    return f"{median(seconds):.2f} | {max(seconds):.2f}"


@contextmanager
def watching(home: BenchHome) -> Iterator["subprocess.Popen[str]"]:
    """``photobak watch`` of the library, which prints into a pipe."""
    with running(home, [PHOTOBAK, "watch", str(home.photos)]) as process:
        yield process


@contextmanager
def running(home: BenchHome, command: list[str]) -> Iterator["subprocess.Popen[str]"]:
    """A program, ended in the end."""
    with subprocess.Popen(command, env=environ_of(home.folder), stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
