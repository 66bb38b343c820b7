"""The local stack: how fast it is up, what durability costs beside MiniStack alone, and what it takes of the memory.

    python -m tests.bench.local_stack [--gigabytes 5] [--photos 5000]

MiniStack alone is the same server without our launcher: the same settings, but nothing waits for the disk, and photos
stay in memory. It is filled with a fifth as much.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import urlopen

import psutil

from photobak.local import process
from photobak.local.credentials import RootKeys, root_keys, root_session
from photobak.local.home import Home
from photobak.local.lifecycle import down, up
from photobak.local.process import environment
from tests.bench.pictures import drawn, save_jpeg
from tests.support.command_line import PHOTOBAK, environ_of, photobak
from tests.support.local_stack import kill

MINISTACK = str(Path(sys.executable).with_name("ministack"))
PHOTO_BYTES = 4_000_000
THUMB_BYTES = 20_000
IN_FLIGHT = 100
CAMERA = (6000, 4000)
SMALL = (320, 240)
REAPED_SECONDS = 100
"""When surplus Lambda workers are gone: a minute idle, looked for every half."""


@dataclass(frozen=True)
class Running:
    """A server to measure, with a table and a versioned bucket."""

    name: str
    pid: int
    endpoint_url: str
    keys: RootKeys

    def client(self, service: str) -> Any:
        session: Any = root_session(self.keys)
        return session.client(service, endpoint_url=self.endpoint_url)

    @property
    def resident(self) -> int:
        """Bytes."""
        return psutil.Process(self.pid).memory_info().rss


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--gigabytes", type=int, default=5)
    parser.add_argument("--photos", type=int, default=5000)
    arguments = parser.parse_args()
    gigabytes = arguments.gigabytes
    with tempfile.TemporaryDirectory(prefix="bench-local-stack-") as folder:
        compare_starts(Path(folder) / "start")
        compare_writes(Path(folder) / "writes")
        compare_memory(Path(folder) / "memory", gigabytes)
        measure_in_flight(Path(folder) / "in-flight")
        measure_library(Path(folder) / "library", arguments.photos)


def compare_starts(home: Path) -> None:
    """From nothing to ready, the template deployed; again; and after a kill."""
    print("Goal: up to ready <= 8 s")
    fresh = [seconds(partial(up, home / str(number))) for number in range(3)]
    print(f"up, nothing there yet    {median(fresh):6.2f} s")
    again = [seconds(lambda: up(home / "0")) for _ in range(5)]
    print(f"up, runs already         {median(again):6.2f} s")
    kill(up(home / "0").pid)
    print(f"up after kill -9         {seconds(lambda: up(home / '0')):6.2f} s")
    stops = [seconds(partial(down, home / str(number))) for number in range(3)]
    print(f"down                     {median(stops):6.2f} s\n")


def compare_writes(folder: Path) -> None:
    """Latency of one call, and photos a second with four at once."""
    print(
        f"{'':<24} {'PutItem':>10} {'2 in a transaction':>20} {'BatchGetItem of 100':>22} {'100 photos, 4 at once':>24}"
    )
    for server in (alone, ours):
        with server(folder) as running:
            figures = write_figures(running)
        print(
            f"{running.name:<24} {figures[0]:7.2f} ms {figures[1]:17.2f} ms {figures[2]:19.2f} ms {figures[3]:22.2f} s"
        )
    print()


def write_figures(running: Running) -> tuple[float, float, float, float]:
    """The columns of that table."""
    dynamodb = running.client("dynamodb")
    keys = {"items": {"Keys": [key(number) for number in range(100)]}}
    return (
        milliseconds(lambda number: dynamodb.put_item(TableName="items", Item=item(number)), 300),
        milliseconds(lambda number: write_photo_items(dynamodb, 1000 + 2 * number), 300),
        milliseconds(lambda _: dynamodb.batch_get_item(RequestItems=keys), 50),
        seconds(lambda: store_photos(running, IN_FLIGHT)),
    )


def compare_memory(folder: Path, gigabytes: int) -> None:
    """Resident memory of the server before and after, and what a photo more costs."""
    print("Goal: the whole stack at rest <= 400 MiB with 5 GB stored (below: the server without Lambda workers)")
    for server, much in ((alone, max(1, gigabytes // 5)), (ours, gigabytes)):
        with server(folder) as running:
            before = running.resident
            store_photos(running, much * 1_000_000_000 // PHOTO_BYTES)
            print(f"{running.name:<24} {before / 2**20:6.0f} MiB; with {much} GB {running.resident / 2**20:6.0f} MiB")
    print()


def measure_in_flight(folder: Path) -> None:
    """The whole stack while a person syncs photos of 24 megapixels, and when its Lambda workers have gone to rest."""
    print(f"Goal: the whole stack <= 1 GiB with {IN_FLIGHT} photos in flight")
    photos = folder / "photos"
    photos.mkdir(parents=True)
    save_jpeg(drawn(CAMERA, octaves=8), photos / "0.jpg")
    content = (photos / "0.jpg").read_bytes()
    for number in range(1, IN_FLIGHT):
        (photos / f"{number}.jpg").write_bytes(content + str(number).encode())
    home = Home.at(folder / "photobak" / "state" / "local")
    try:
        photobak(folder, "local", "up").check_returncode()
        with peak_of(home) as peak:
            took = seconds(lambda: photobak(folder, "--quiet", "sync", str(photos)).check_returncode())
        print(f"{IN_FLIGHT} photos of {len(content) / 1e6:.1f} MB: {peak[0] / 2**20:.0f} MiB at most, in {took:.0f} s")
        time.sleep(REAPED_SECONDS)
        print(f"at rest after that: {process.memory_bytes(home) / 2**20:.0f} MiB")
    finally:
        down(home.root)


def measure_library(folder: Path, photos: int) -> None:
    """What a library of small photos takes of the server's memory, synced in one go."""
    print(f"Goal: the server <= 300 MiB with {photos:,} small photos")
    pictures, home = folder / "photos", Home.at(folder / "photobak" / "state" / "local")
    pictures.mkdir(parents=True)
    save_jpeg(drawn(SMALL, octaves=4), pictures / "0.jpg")
    content = (pictures / "0.jpg").read_bytes()
    for number in range(1, photos):
        (pictures / f"{number}.jpg").write_bytes(content + str(number).encode())
    try:
        photobak(folder, "local", "up").check_returncode()
        server = psutil.Process(json.loads(home.server_file.read_text())["pid"])
        before = server.memory_info().rss
        took = seconds(lambda: sync_all(folder, pictures))
        after, total = server.memory_info().rss, process.memory_bytes(home)
        print(
            f"the server {before / 2**20:.0f} MiB, {after / 2**20:.0f} MiB after {took:.0f} s: "
            f"{(after - before) / 1024 / photos:.1f} KiB a photo; with its functions {total / 2**20:.0f} MiB"
        )
    finally:
        down(home.root)


def sync_all(folder: Path, pictures: Path) -> None:
    """One sync, however long it takes."""
    command = [PHOTOBAK, "--quiet", "sync", str(pictures)]
    subprocess.run(command, env=environ_of(folder), stdout=subprocess.DEVNULL, check=True)


@contextmanager
def ours(folder: Path) -> Iterator[Running]:
    """Our launcher."""
    home = Home.at(folder / "ours")
    home.make()
    keys = root_keys(home)
    server = process.start(home, keys)
    try:
        yield furnished(Running("photobak's local stack", server.pid, server.endpoint_url, keys))
    finally:
        process.stop(home)


@contextmanager
def alone(folder: Path) -> Iterator[Running]:
    """MiniStack as it comes."""
    home = Home.at(folder / "alone")
    home.make()
    keys = root_keys(home)
    with process._listener(0) as listener:
        port = listener.getsockname()[1]
    server = subprocess.Popen([MINISTACK], env=environment(home, keys, port), stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        while not answers(f"{url}/_ministack/health"):
            time.sleep(0.05)
        yield furnished(Running("MiniStack alone", server.pid, url, keys))
    finally:
        server.terminate()
        server.wait()


def answers(url: str) -> bool:
    """Whether a server is up."""
    try:
        with urlopen(url, timeout=1):
            return True
    except OSError:
        return False


def furnished(running: Running) -> Running:
    keys = [("username", "HASH"), ("sha256", "RANGE")]
    running.client("dynamodb").create_table(
        TableName="items",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
    )
    s3 = running.client("s3")
    s3.create_bucket(Bucket="photos")
    s3.put_bucket_versioning(Bucket="photos", VersioningConfiguration={"Status": "Enabled"})
    return running


def key(number: int) -> dict[str, Any]:
    return {"username": {"S": "me"}, "sha256": {"S": f"{number:064x}"}}


def item(number: int) -> dict[str, Any]:
    """As large as a photo's record."""
    return {**key(number), **{f"attribute{index}": {"S": "about as long as these are"} for index in range(25)}}


def write_photo_items(dynamodb: Any, number: int) -> None:
    items = [{"Put": {"TableName": "items", "Item": item(number + more)}} for more in range(2)]
    dynamodb.transact_write_items(TransactItems=items)


def store_photos(running: Running, count: int) -> None:
    """What the process function does for each photo: original, preview, record."""
    s3, dynamodb = running.client("s3"), running.client("dynamodb")
    photo = os.urandom(PHOTO_BYTES)

    def store(number: int) -> None:
        s3.put_object(Bucket="photos", Key=f"original/{number}", Body=photo)
        s3.put_object(Bucket="photos", Key=f"thumb/{number}", Body=photo[:THUMB_BYTES])
        write_photo_items(dynamodb, 1_000_000 + 2 * number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(store, range(count)))


@contextmanager
def peak_of(home: Home) -> Iterator[list[int]]:
    """The most memory that the server and its workers have had at once; read the list's one number afterwards."""
    peak, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            peak[0] = max(peak[0], process.memory_bytes(home))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()


def seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def milliseconds(act: Callable[[int], object], times: int) -> float:
    """The median of one call."""
    return 1000 * median(seconds(partial(act, number)) for number in range(times))


if __name__ == "__main__":
    main()
