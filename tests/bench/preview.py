"""Previews of 24-megapixel JPEGs, beside sharp (npm) making the same two WebP files at the same quality.

    python -m tests.bench.preview

sharp decodes the photo once for both, as photobak does, and runs with its default effort of 4; then once more with 2,
which is what photobak asks of the encoder.
Prints for each photo: the whole process, its start included; CPU time of one photo where the process is warm; bytes;
and how like both come out to the photo shrunk without any short cut, so that "the same quality" can be seen to be true.
Then the peak memory that a progressive JPEG of 50 megapixels takes, the worst case of its size.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from PIL import Image

from photobak.photo.preview import (
    THUMB_MAX_HEIGHT,
    THUMB_QUALITY,
    THUMB_WIDTH,
    WEB_LONG_EDGE,
    WEB_QUALITY,
    WEBP_METHOD,
)
from tests.bench.measure import Command, Result, measure
from tests.bench.pictures import drawn, photos, save_jpeg
from tests.bench.similarity import psnr, ssim

SHARP = "0.35.5"
DEFAULT_EFFORT = 4
HERE = Path(__file__).parent
PREVIEWS = {
    "web": {"width": WEB_LONG_EDGE, "height": WEB_LONG_EDGE, "quality": WEB_QUALITY},
    "thumb": {"width": THUMB_WIDTH, "height": THUMB_MAX_HEIGHT, "quality": THUMB_QUALITY},
}
SIZE = (6000, 4000)
LARGE = (8660, 5774)
TIMES_WARM = 6


def main() -> None:
    """Measure and print."""
    print("Goals: CPU <= 0.80 x sharp and bytes <= 1.05 x sharp at its defaults, 50 megapixels in <= 700 MB\n")
    with tempfile.TemporaryDirectory(prefix="bench-preview-") as folder:
        bench = Bench(Path(folder))
        for name, picture in photos(SIZE):
            bench.compare(name, picture)
        bench.compare_memory()


class Bench:
    """A folder with sharp in it, and what is measured there."""

    def __init__(self, folder: Path) -> None:
        self._photo = folder / "photo.jpg"
        self._sharp = folder / "installed"
        self._out = {side: folder / side for side in ("photobak", "sharp")}
        for created in (self._sharp, *self._out.values()):
            created.mkdir()
        install = (
            "npm",
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--prefix",
            str(self._sharp),
            f"sharp@{SHARP}",
        )
        subprocess.run(install, check=True)

    def compare(self, name: str, picture: Image.Image) -> None:
        """Print all figures of one photo."""
        save_jpeg(picture, self._photo)
        print(f"## {name}, JPEG of {self._photo.stat().st_size / 1e6:.1f} MB")
        for effort in (DEFAULT_EFFORT, WEBP_METHOD):
            self._compare_with(effort)

    def compare_memory(self) -> None:
        """Print what a large progressive JPEG takes."""
        save_jpeg(drawn(LARGE, octaves=5), self._photo, progressive=True, subsampling="4:4:4")
        comparison = measure(self._photobak(1), self._rival(1, DEFAULT_EFFORT), rounds=3)
        print(comparison.table("50 megapixels, progressive, 4:4:4"))

    def _compare_with(self, effort: int) -> None:
        print(measure(self._photobak(1), self._rival(1, effort)).table("whole process"))
        warm = measure(self._photobak(TIMES_WARM), self._rival(TIMES_WARM, effort), rounds=1)
        ours, rival = _warm_cpu(warm.ours), _warm_cpu(warm.rival)
        print(f"CPU of one photo in a warm process: {ours:.3f} s, sharp {rival:.3f} s, ratio {ours / rival:.2f}")
        ours_bytes, rival_bytes = (self._bytes(side) for side in self._out)
        print(f"Bytes of both previews: {ours_bytes:,}, sharp {rival_bytes:,}, ratio {ours_bytes / rival_bytes:.3f}")
        for preview in PREVIEWS:
            print(f"Likeness of {preview}: " + ", sharp ".join(self._likeness(side, preview) for side in self._out))
        print()

    def _photobak(self, times: int) -> Command:
        script = (sys.executable, str(HERE / "preview_photobak.py"))
        return Command("photobak", (*script, str(self._photo), str(self._out["photobak"]), str(times)))

    def _rival(self, times: int, effort: int) -> Command:
        script = ("node", str(HERE / "preview_sharp.js"), str(self._sharp), str(self._photo), str(self._out["sharp"]))
        return Command(f"sharp {SHARP}, effort {effort}", (*script, str(times), str(effort), json.dumps(PREVIEWS)))

    def _bytes(self, side: str) -> int:
        return sum((self._out[side] / f"{preview}.webp").stat().st_size for preview in PREVIEWS)

    def _likeness(self, side: str, preview: str) -> str:
        with Image.open(self._out[side] / f"{preview}.webp") as made, Image.open(self._photo) as photo:
            reference = photo.resize(made.size, Image.Resampling.LANCZOS)
            return f"{psnr(made, reference):.2f} dB, SSIM {ssim(made, reference):.4f}"


def _warm_cpu(result: Result) -> float:
    times = [float(line) for line in result.outputs[0].split()]
    return median(times[1:])


if __name__ == "__main__":
    main()
