"""The Lambda bundle for AWS: ``python -m tests.bench.bundle``.

From nothing (wheels downloaded from PyPI), again, and beside the recipe of the Lambda developer guide ("Working with
.zip file archives for Python Lambda functions"): ``pip install --target``, then ``zip -r``. Goals: 60 s cold, 2 s warm,
and two builds that are the same bytes.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from photobak.stack.bundle import Bundle, build_whole_bundle
from photobak.stack.wheels import LAMBDA, lock_file

PACKAGE = Path(__file__).parents[2] / "photobak"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-bundle-") as scratch:
        folder = Path(scratch)
        first, cold = timed(folder / "one")
        again, warm = timed(folder / "one")
        other, cold_again = timed(folder / "two")
        for name in ("guide-1", "guide-2"):
            (folder / name).mkdir()
        guide, guide_again = by_the_guide(folder / "guide-1"), by_the_guide(folder / "guide-2")
    size = len(first.content) / 1e6
    print(f"cold {cold:.1f} s and {cold_again:.1f} s, warm {warm:.2f} s, {size:.1f} MB (goals: 60 s, 2 s, 50 MB)")
    print(f"two cold builds are the same bytes: {first == again == other}")
    same, megabytes = guide[0] == guide_again[0], len(guide[0]) / 1e6
    print(f"the guide's recipe: {guide[1]:.1f} s, {megabytes:.1f} MB, the same bytes twice: {same}")


def timed(cache: Path) -> tuple[Bundle, float]:
    start = time.perf_counter()
    bundle = build_whole_bundle(LAMBDA, cache)
    return bundle, time.perf_counter() - start


def by_the_guide(folder: Path) -> tuple[bytes, float]:
    """The same libraries and the same code, as AWS's developer guide makes a bundle of them."""
    start, lock, package = time.perf_counter(), folder / "requirements.txt", folder / "package"
    lock.write_bytes(lock_file())
    tags = [option for tag in LAMBDA.tags for option in ("--platform", tag)]
    install = ("pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--python-version", LAMBDA.python)
    subprocess.run(
        [sys.executable, "-m", *install, *tags, "--target", str(package), "--requirement", str(lock)], check=True
    )
    for name in ("cloud", "photo"):
        shutil.copytree(PACKAGE / name, package / "photobak" / name)
    archive = shutil.make_archive(str(folder / "bundle"), "zip", package)
    return Path(archive).read_bytes(), time.perf_counter() - start


if __name__ == "__main__":
    main()
