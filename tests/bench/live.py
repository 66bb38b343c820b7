"""The live service on the local stack: ``python -m tests.bench.live``; beside it a plain server that fans out.

The floor is thirty lines of ``websockets`` in a process of its own: no accounts, no tables, no functions. Both are
spoken to by the same clients, over the same kind of connections.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from statistics import median, quantiles

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, broadcast, serve

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.api import Member, new_member
from support.backup import Backup
from support.fault_proxy import Fault, FaultProxy
from support.live import record_of
from support.pictures import encoded, quadrants

from photobak.local.lifecycle import down, up
from photobak.local.values import LocalStack

LISTENERS = 50
MESSAGES = 100
MANY_LISTENERS = 200
MANY_MESSAGES = 50
PHOTOS = 20
SYNCED = 500
AT_ONCE = 4
"""Connections that are being made at the same time."""


@contextmanager
def local_stack() -> Iterator[Member]:
    """Somebody with an account on a local stack of this run's own."""
    with tempfile.TemporaryDirectory(prefix="bench-live-") as folder:
        home = Path(folder) / "stack"
        try:
            yield new_member(up(home))
        finally:
            down(home)


@contextmanager
def plain_server() -> Iterator[str]:
    """The floor; yields its URL."""
    spawn = get_context("spawn")
    port: SimpleQueue[int] = spawn.SimpleQueue()
    process = spawn.Process(target=_serve_plainly, args=(port,), daemon=True)
    process.start()
    try:
        yield f"ws://127.0.0.1:{port.get()}"
    finally:
        process.terminate()
        process.join()


def _serve_plainly(port: "SimpleQueue[int]") -> None:
    async def main() -> None:
        listeners: set[ServerConnection] = set()

        async def meet(socket: ServerConnection) -> None:
            async for text in socket:
                said = json.loads(text)
                if said["type"] == "subscribe":
                    listeners.add(socket)
                    await socket.send(json.dumps({"type": "subscribed"}))
                else:
                    broadcast(listeners, text)
                    await socket.send(json.dumps({"type": "published", "receivers": len(listeners)}))
            listeners.discard(socket)

        async with serve(meet, "127.0.0.1", 0) as server:
            port.put(next(iter(server.sockets)).getsockname()[1])
            await server.serve_forever()

    asyncio.run(main())


@asynccontextmanager
async def connections(url: str, headers: dict[str, str], count: int) -> AsyncIterator[list[ClientConnection]]:
    """So many open connections."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one() -> ClientConnection:
        async with turn:
            return await connect(url, additional_headers=headers, ping_interval=None, proxy=None, open_timeout=60)

    opened = await asyncio.gather(*(one() for _ in range(count)))
    try:
        yield opened
    finally:
        await asyncio.gather(*(each.close() for each in opened))


async def fan_out(url: str, headers: dict[str, str], listeners: int, messages: int) -> tuple[list[float], str]:
    """Publish one message after the other to so many listeners; the seconds until each was heard, and a summary."""
    async with connections(url, headers, listeners + 1) as (publisher, *others):
        for each in others:
            await each.send(json.dumps({"type": "subscribe", "topic": "bench"}))
            assert json.loads(await each.recv())["type"] == "subscribed"
        took: list[float] = []
        heard: Counter[tuple[int, int]] = Counter()

        async def listen(number: int, socket: ClientConnection) -> None:
            for _ in range(messages):
                said = json.loads(await asyncio.wait_for(socket.recv(), 60))["message"]
                took.append(time.perf_counter() - said["at"])
                heard[number, said["number"]] += 1

        listening = asyncio.gather(*(listen(number, each) for number, each in enumerate(others)))
        began = time.perf_counter()
        for number in range(messages):
            said = {"number": number, "at": time.perf_counter()}
            await publisher.send(json.dumps({"type": "message", "topic": "bench", "message": said}))
            assert json.loads(await publisher.recv())["receivers"] == listeners
        await listening
        seconds = time.perf_counter() - began
    lost = listeners * messages - len(heard)
    doubled = sum(heard.values()) - len(heard)
    return took, f"{sum(heard.values()):,} delivered in {seconds:.1f} s, {lost} lost, {doubled} doubled"


def latency(name: str, took: list[float]) -> str:
    """Median and 99th percentile, in milliseconds."""
    return f"{name}: p50 {median(took) * 1000:.1f} ms, p99 {quantiles(took, n=100)[98] * 1000:.1f} ms"


def fan_outs(member: Member, floor: str) -> None:
    """Print the figures of both, for few listeners and for many."""
    ours = member.stack.outputs.ws_url, {"Authorization": f"Bearer {member.id_token}"}
    for listeners, messages in ((LISTENERS, MESSAGES), (MANY_LISTENERS, MANY_MESSAGES)):
        print(f"publish to receive, {listeners} listeners, {messages} messages")
        for name, (url, headers) in (("live service", ours), ("plain websockets server", (floor, {}))):
            took, summary = asyncio.run(fan_out(url, headers, listeners, messages))
            print(f"  {latency(name, took)}; {summary}")


async def stored_to_heard(member: Member) -> list[float]:
    """Upload photos one after the other; the seconds from S3's 204 until each is heard of on the topic ``photos``."""
    import urllib3

    headers = {"Authorization": f"Bearer {member.id_token}"}
    took: list[float] = []
    async with connections(member.stack.outputs.ws_url, headers, 1) as (listener,):
        await listener.send(json.dumps({"type": "subscribe", "topic": "photos"}))
        await listener.recv()
        for number in range(PHOTOS + 1):
            picture = quadrants(4000, 3000)
            picture.paste((10 * number, 0, 0), (0, 0, 400, 400))
            content = encoded(picture, "JPEG")
            entry = _announced(member, content)
            post = member.prep(entry).body["photos"][0]
            fields = {**post["fields"], "file": ("photo.jpg", content)}
            sent = urllib3.request("POST", post["url"], fields=fields)
            assert sent.status == 204, sent.data
            began = time.perf_counter()
            heard = json.loads(await asyncio.wait_for(listener.recv(), 60))
            took.append(time.perf_counter() - began)
            assert heard["message"]["sha256"] == entry["sha256"]
    return took[1:]  # the first one started the functions


def _announced(member: Member, content: bytes) -> dict[str, object]:
    from hashlib import sha256

    from photobak.photo.announcement import Announcement

    known = record_of(member)
    announcement = Announcement(
        sha256=sha256(content).hexdigest(),
        kind=known.kind,
        size=len(content),
        content_type="image/jpeg",
        taken=known.taken,
        modified_at=known.modified_at,
        filename="photo.jpg",
        sources=("bench:photo.jpg",),
    )
    return announcement.to_json()


def compare_reads(stack: LocalStack, folder: Path) -> None:
    """Print what waiting for a sync's confirmations costs, pushed and by polling alone."""
    port = int(stack.endpoint_url.rpartition(":")[2])
    for name, ws_url in (("pushed", stack.outputs.ws_url), ("polling alone", None)):
        with FaultProxy(port, lambda *_: Fault.NONE).running() as counting:
            backup = Backup(folder / name, stack)
            endpoint_url = f"http://127.0.0.1:{counting.port}"
            backup.profile = replace(backup.profile, ws_url=ws_url, endpoint_url=endpoint_url)
            backup.make(*(f"{number}.jpg" for number in range(SYNCED)), size=200_000)
            began = time.perf_counter()
            assert backup.sync(jobs=8).counts == {"stored": SYNCED}
            seconds = time.perf_counter() - began
        print(f"sync of {SYNCED} photos, {name}: {counting.items_asked:,} items read, {seconds:.1f} s")


def main() -> None:
    """Measure and print."""
    with local_stack() as member, plain_server() as floor:
        fan_outs(member, floor)
        took = asyncio.run(stored_to_heard(member))
        print(latency(f"S3's 204 to the event, {PHOTOS} photos of 12 megapixels", took))
        with tempfile.TemporaryDirectory(prefix="bench-live-") as folder:
            compare_reads(member.stack, Path(folder))


if __name__ == "__main__":
    main()
