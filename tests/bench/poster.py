"""What the poster of a video of 1 GB costs: ``python -m tests.bench.poster [MB]``. Goals: 20 MB read, 3 s CPU."""

import resource
import sys
import tempfile
import time
from pathlib import Path

from support.range_server import serving
from support.videos import large_video

from photobak.cloud.poster.ranged_file import RangedFile
from photobak.photo.media_type import MP4
from photobak.photo.poster import make_poster

MEGABYTES = 1000


def main() -> None:
    """Make one, and print what it took."""
    size = int(sys.argv[1] if len(sys.argv) > 1 else MEGABYTES) * 1_000_000
    with tempfile.TemporaryDirectory(prefix="bench-poster-") as scratch:
        path = Path(scratch) / "video.mp4"
        large_video(path, size)
        with serving(path) as server, RangedFile(server.url, path.stat().st_size) as file:
            began, cpu = time.perf_counter(), time.process_time()
            made = make_poster(file, MP4)
            seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
            read, requests = server.bytes_sent / 1e6, server.requests
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{size / 1e6:,.0f} MB, {made.duration:,.0f} s of 1920 x 1080")
    print(f"{read:.1f} MB read in {requests} ranges (goal: 20 MB)")
    print(f"{cpu:.2f} s CPU with the import of PyAV (goal: 3 s), {seconds:.2f} s, {peak} MB at most")


if __name__ == "__main__":
    main()
