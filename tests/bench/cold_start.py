"""What a cold start of each function costs: ``python -m tests.bench.cold_start``.

CPU seconds of a new process from its start to its first answer, with nothing but the bundle, on this machine; median
of five. Lambda gives CPU by memory: at 1,769 MB one processor, at 1,024 MB 0.58 of one.
"""

import io
import statistics
import sys
import tempfile
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.handlers import EVENTS, run_cold

from photobak.stack.bundle import build_whole_bundle
from photobak.stack.wheels import Platform

ROUNDS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        cache, bundle = Path(scratch) / "cache", Path(scratch) / "bundle"
        zipfile.ZipFile(io.BytesIO(build_whole_bundle(Platform.of_this_machine(), cache).content)).extractall(bundle)
        for handler in EVENTS:
            seconds = statistics.median(run_cold(bundle, handler)["cpu_seconds"] for _ in range(ROUNDS))
            print(f"{handler:45}{seconds:6.2f} s")


if __name__ == "__main__":
    main()
