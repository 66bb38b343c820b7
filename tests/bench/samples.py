"""Real camera files, all the way: ``python -m tests.bench.samples``.

``photobak sync`` of the sample photographs until each is confirmed (hashed, kept, previewed, recorded), beside
``aws s3 sync``, which only copies the same files to the same local S3; then both once more with nothing to do; then
``photobak sync --no-wait`` of 100 new files of 4 MB beside ``aws s3 sync`` of them.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from photobak.local.home import Home
from photobak.local.keys import root_keys, root_session
from photobak.local.lifecycle import running
from tests.bench.measure import Command, measure
from tests.support.command_line import PHOTOBAK, environ_of, photobak
from tests.support.corpus import MISSING, corpus

BUCKET = "bench"
ROUNDS = 3


def main() -> None:
    """Measure and print."""
    if not corpus().is_dir():
        sys.exit(MISSING)
    with tempfile.TemporaryDirectory(prefix="bench-samples-") as folder:
        bench = _Bench(Path(folder))
        try:
            bench.start_anew()
            print(bench.first_sync("the sample photographs, new", corpus()), "\n")
            print(bench.again("the same, nothing new", corpus()), "\n")
            print(bench.first_sync("100 new files of 4 MB, sent", large_files(Path(folder)), "--no-wait"))
        finally:
            photobak(bench.home, "local", "down")


class _Bench:
    """One home with its local stack, and the rival's bucket in the same stack."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.stack = home / "photobak" / "state" / "local"

    def start_anew(self) -> None:
        """An empty cloud and an empty index, with the Lambdas' first start behind them."""
        photobak(self.home, "local", "reset", "--yes")
        photobak(self.home, "local", "up")
        warm = self.home / "warm"
        warm.mkdir(exist_ok=True)
        (warm / "a.jpg").write_bytes(b"")
        photobak(self.home, "sync", str(warm))
        self._s3().create_bucket(Bucket=BUCKET)

    def empty_bucket(self) -> None:
        """Nothing in the rival's bucket."""
        s3 = self._s3()
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
            for entry in page.get("Contents", []):
                s3.delete_object(Bucket=BUCKET, Key=entry["Key"])

    def first_sync(self, title: str, photos: Path, *options: str) -> str:
        """Everything is new to both."""
        ours = self._ours(photos, *options, before=self.start_anew)
        return measure(ours, self._rival(photos, before=self.empty_bucket), rounds=ROUNDS).table(title)

    def again(self, title: str, photos: Path) -> str:
        """Nothing is new to either."""
        photobak(self.home, "sync", str(photos))
        return measure(self._ours(photos), self._rival(photos), rounds=7).table(title)

    def _ours(self, photos: Path, *options: str, before: Callable[[], None] | None = None) -> Command:
        environ = [f"{name}={value}" for name, value in environ_of(self.home).items()]
        # --no-wait ends with 3 by contract: sent, and not confirmed yet.
        script = '"$@" || test $? = 3'
        argv = ["env", "-i", *environ, "sh", "-c", script, "sh", PHOTOBAK, "sync", *options, str(photos)]
        return Command(" ".join(["photobak sync", *options]), argv, before)

    def _rival(self, photos: Path, *, before: Callable[[], None] | None = None) -> Command:
        # The keys change with each reset, so the command reads them from a file.
        script = f'. {self.home}/keys && exec "$@"'
        aws = [str(Path(PHOTOBAK).with_name("aws")), "s3", "sync", "--quiet", str(photos), f"s3://{BUCKET}/"]

        def write_keys() -> None:
            stack = running(self.stack)
            assert stack is not None
            keys = root_keys(Home.at(self.stack))
            (self.home / "keys").write_text(
                f"export AWS_ACCESS_KEY_ID={keys.access_key_id} AWS_SECRET_ACCESS_KEY={keys.secret_access_key}"
                f" AWS_ENDPOINT_URL={stack.endpoint_url} AWS_DEFAULT_REGION={stack.region}\n"
            )
            if before:
                before()

        return Command("aws s3 sync", ["sh", "-c", script, "sh", *aws], write_keys)

    def _s3(self):
        stack = running(self.stack)
        assert stack is not None
        return root_session(root_keys(Home.at(self.stack))).client("s3", endpoint_url=stack.endpoint_url)


def large_files(folder: Path) -> Path:
    """JPEG heads with noise behind: what a camera writes, as far as a network is concerned."""
    photos = folder / "large"
    photos.mkdir()
    first = next(path for path in sorted(corpus().rglob("*.jpg")) if path.stat().st_size > 1000)
    for number in range(100):
        target = photos / f"IMG_{number:04}.jpg"
        shutil.copyfile(first, target)
        with target.open("ab") as file:
            file.write(os.urandom(4_000_000 - target.stat().st_size))
    return photos


if __name__ == "__main__":
    main()
