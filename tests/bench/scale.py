"""Simulates libraries far larger than anybody has tried, under the limits that AWS documents (docs/scale.md).

Whole photos move from stage to stage in steps of some seconds; nothing is random but what is given a seed. People are
taken to be alike. ``python -m tests.bench.scale`` prints the table of docs/scale.md in some seconds.
"""

import heapq
import math
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from photobak.stack.cost import usage

STEP = 5
"""Seconds."""
RECORD_UNITS = 4
"""Write units in ``Photos`` for a photo: an item of up to 2 KB, in a transaction, which counts double."""
NOTE_UNITS = 2
"""Write units in ``Contents`` for an announcement, and again for the transaction's half."""
ANNOUNCED_A_SECOND = 600
"""Photos, of one client: two requests of a hundred at a time, 0.3 s each."""
AHEAD = 200
"""Photos that a client has announced before it can send them."""


@dataclass(frozen=True)
class Limits:
    """What AWS gives, and what the template asks of it."""

    functions: int = 1000
    """The account's quota of concurrent functions; 10 in a new account."""
    uploads_at_once: int = 50
    """``UploadConcurrency``."""
    more_a_minute: int = 300
    """Functions that a queue's poller adds; it begins with five."""
    api_rate: int = 100
    api_burst: int = 200
    """``ThrottlingRateLimit`` and ``ThrottlingBurstLimit`` of the template, for all people together."""
    units: int = 1000
    """Write units that a partition bears in a second."""
    spare_seconds: int = 300
    """Unused units of so many seconds may be used later."""
    splits_after: int = 600
    """Seconds of throttling after which a partition is split; AWS gives no figure."""
    prefix_writes: int = 3500
    """S3 writes a second for a prefix that has not been split yet."""
    again_after: int = 20
    """Seconds until a throttled upload is tried again, however often."""
    kept_for: int = 86_400
    """Seconds after which the temp bucket gives up an upload."""
    waiting: int = 2000
    """Photos that a client sends ahead of the cloud's word."""


@dataclass(frozen=True)
class Fleet:
    """Who syncs, all at once."""

    people: int
    photos: int
    """Of each of them."""
    line: float
    """Photos a second that each line carries: 3 of 4 MB are 100 Mbit/s."""
    waits: bool = True
    """Whether clients wait for the cloud's word; else ``--no-wait``."""
    in_order: bool = True
    """Whether a person's photos come in the order of their dates, as most folders have them."""


@dataclass
class Partitions:
    """The part of a table in which the writes of a moment land."""

    limits: Limits
    count: int
    may_split: bool
    busiest: float = 0.0
    """Units a second, of one partition, at its peak."""
    left: float = 0.0
    """Units that may be used now."""
    used: int = 0
    """In this step."""
    hot_for: int = 0

    def begin_step(self) -> None:
        """Let the units of one step come in, and split what has been hot for long."""
        self.busiest = max(self.busiest, self.used / STEP / self.count)
        self.used = 0
        if self.hot_for >= self.limits.splits_after and self.may_split:
            self.count, self.hot_for = 2 * self.count, 0
        limit = self.count * self.limits.units
        self.left = min(self.left + limit * STEP, limit * self.limits.spare_seconds)

    def take(self, photos: int, units: int) -> int:
        """Write so many photos; tells how many were written."""
        written = min(photos, int(self.left // units))
        self.left -= written * units
        self.used += written * units
        self.hot_for += STEP if written < photos else 0
        return written


@dataclass
class Cloud:
    """Where each photo is. Each is in exactly one place at any time."""

    fleet: Fleet
    limits: Limits
    seed: int = 0
    unannounced: int = 0
    ready: int = 0
    """Announced, and not sent yet."""
    queue: "deque[tuple[int, int]]" = field(default_factory=deque)
    """When they were sent, how many they are."""
    later: "deque[tuple[int, int, int]]" = field(default_factory=deque)
    """When they are tried again, and the rest as in the queue."""
    waiting: int = 0
    """In the two queues together."""
    stored: int = 0
    announced_again: int = 0
    tried_again: int = 0
    """Because the tables were throttled."""
    expired: int = 0
    """Uploads that the temp bucket has given up: they were sent again."""
    now: int = 0
    longest_wait: int = 0
    tokens: float = 0.0

    def __post_init__(self) -> None:
        self.unannounced = self.total
        self.chance = random.Random(self.seed)
        self.tokens = self.limits.api_burst
        alone = self.fleet.people == 1
        # A new on-demand table bears 4,000 write units a second; one person's rows lie in one partition at first.
        self.photos = Partitions(self.limits, 1 if alone else 4, not alone or not self.fleet.in_order)
        self.contents = Partitions(self.limits, 1 if alone else 4, may_split=True)  # by SHA-256: spread evenly

    @property
    def total(self) -> int:
        """All photos of all people."""
        return self.fleet.people * self.fleet.photos

    @property
    def accounted(self) -> int:
        """All photos that are anywhere; as many as there are, or some were lost."""
        queued = sum(each[-1] for each in (*self.queue, *self.later))
        return self.unannounced + self.ready + queued + self.stored

    def step(self) -> None:
        """Let ``STEP`` seconds pass."""
        self.now += STEP
        self.photos.begin_step()
        self.contents.begin_step()
        self._announce()
        self._expire()
        while self.later and self.later[0][0] <= self.now:
            _, sent_at, count = self.later.popleft()
            self.queue.append((sent_at, count))
        self._process()

    def _announce(self) -> None:
        self.tokens = min(self.limits.api_burst, self.tokens + self.limits.api_rate * STEP)
        ahead = self.fleet.people * (AHEAD + int(min(self.fleet.line, ANNOUNCED_A_SECOND) * STEP))
        wanted = min(self.unannounced, max(0, ahead - self.ready))
        requests = min(int(self.tokens), math.ceil(wanted / usage.BATCH))
        self.tokens -= requests
        asked = min(wanted, requests * usage.BATCH)
        told = self.contents.take(asked, NOTE_UNITS)
        self.announced_again += asked - told
        self.unannounced -= told
        self.ready += told
        room = max(0, self.fleet.people * self.limits.waiting - self.waiting) if self.fleet.waits else self.ready
        sent = min(self.ready, room, int(self.fleet.people * self.fleet.line * STEP), self.limits.prefix_writes * STEP)
        if sent:
            self.ready -= sent
            self.waiting += sent
            self.queue.append((self.now, sent))

    def _expire(self) -> None:
        while self.queue and self.now - self.queue[0][0] > self.limits.kept_for:
            _, count = self.queue.popleft()
            self.expired += count
            self.waiting -= count
            self.unannounced += count

    def _process(self) -> None:
        ramp = 5 + self.limits.more_a_minute * self.now // 60
        running = min(self.limits.uploads_at_once, self.limits.functions, ramp)
        seconds = usage.PROCESS_SECONDS * self.chance.uniform(0.8, 1.2)
        capacity = min(int(running * STEP / seconds), self.limits.prefix_writes * STEP // 2)  # two writes at a prefix
        while capacity and self.queue:
            sent_at, count = self.queue.popleft()
            begun = min(count, capacity)
            if begun < count:
                self.queue.appendleft((sent_at, count - begun))
            capacity -= begun
            self.longest_wait = max(self.longest_wait, self.now - sent_at)
            done = self.contents.take(self.photos.take(begun, RECORD_UNITS), NOTE_UNITS)
            self.stored += done
            self.waiting -= done
            self.tried_again += begun - done
            if done < begun:
                self.later.append((self.now + self.limits.again_after, sent_at, begun - done))


def simulate(fleet: Fleet, limits: Limits, seed: int = 0) -> Cloud:
    """Sync until every photo is kept."""
    cloud = Cloud(fleet, limits, seed)
    while cloud.stored < cloud.total:
        cloud.step()
    assert cloud.accounted == cloud.total, "a photo was lost"
    return cloud


@dataclass(frozen=True)
class Herd:
    """What becomes of first requests that come all at once."""

    last_turn: float
    """Seconds until the last one was answered."""
    refused: int
    failed: int
    """People whose program has given up."""


def herd(people: int, within: float, limits: Limits, pauses: tuple[float, ...], seed: int = 0) -> Herd:
    """Each person's first request within so many seconds; a refused one comes again after a pause of up to so long."""
    chance = random.Random(seed)
    coming = [(chance.uniform(0, within), 0) for _ in range(people)]
    heapq.heapify(coming)
    tokens, last, refused, failed = float(limits.api_burst), 0.0, 0, 0
    while coming:
        now, tries = heapq.heappop(coming)
        tokens, last = min(limits.api_burst, tokens + (now - last) * limits.api_rate), now
        if tokens >= 1:
            tokens -= 1
        elif tries == len(pauses):
            failed += 1
        else:
            refused += 1
            heapq.heappush(coming, (now + chance.uniform(0, pauses[tries]), tries + 1))
    return Herd(last, refused, failed)


ONE = Fleet(people=1, photos=1_000_000, line=1000.0)
MANY = Fleet(people=1000, photos=10_000, line=3.0)
USUAL = Limits()
WIDE = replace(USUAL, uploads_at_once=500)
PAUSES = tuple(min(20.0, 2.0**tries) for tries in range(12))
"""Those of ``photobak.client.account.api``, about."""
SCENARIOS = {
    "one person, 1 M photos, 100 Mbit/s": (replace(ONE, line=3.0), USUAL),
    "… a line without end": (ONE, USUAL),
    "… and a new account (10 functions)": (ONE, replace(USUAL, functions=10, uploads_at_once=5)),
    "… and 500 uploads at once": (ONE, WIDE),
    "… and dates in no order": (replace(ONE, in_order=False), WIDE),
    "1,000 people, 10,000 photos each": (MANY, USUAL),
    "… with --no-wait": (replace(MANY, waits=False), USUAL),
    "… waiting, and 500 uploads at once": (MANY, WIDE),
}


def lines() -> Iterator[str]:
    """The table, and what becomes of a herd."""
    heads = [("", "hours"), ("hottest", "units/s"), ("announced", "again"), ("tried", "again"), ("sent", "again")]
    for row in zip(*heads, ("waited", "hours"), strict=True):
        yield f"{'':35}" + "".join(f"{head:>10}" for head in row)
    for name, (fleet, limits) in SCENARIOS.items():
        cloud = simulate(fleet, limits)
        figures = [f"{cloud.now / 3600:.1f}", f"{cloud.photos.busiest:,.0f}", f"{cloud.announced_again:,}"]
        figures += [f"{each:,}" for each in (cloud.tried_again, cloud.expired)]
        yield f"{name:35}" + "".join(f"{each:>10}" for each in (*figures, f"{cloud.longest_wait / 3600:.1f}"))
    for what, pauses in (("three tries within 2 s", (0.3, 0.6, 1.2)), ("tries for three minutes", PAUSES)):
        found = herd(1000, 1.0, USUAL, pauses)
        yield f"1,000 begin in one second, {what}: {found.failed} give up, the last has waited {found.last_turn:.0f} s"


if __name__ == "__main__":
    for line in lines():
        print(line)
