"""What ``photobak duplicates`` computes for 100,000 photos: ``python -m tests.bench.duplicates``."""

import json
import random
import resource
import time
from typing import Any
from unittest.mock import patch

from photobak.client.library import duplicates

PHOTOS = 100_000
COPIES = 2_000
SEED = 20261128


class Pages:
    """Table ``Photos`` as DynamoDB's answers, of which each photo's line is parsed when it is read."""

    def __init__(self, _session: object) -> None:
        chance = random.Random(SEED)
        hashes = [chance.getrandbits(64) for _ in range(PHOTOS - COPIES)]
        hashes += [hash_ ^ 1 << chance.randrange(64) for hash_ in chance.sample(hashes, COPIES)]
        self._lines = [json.dumps(item(number, hash_)) for number, hash_ in enumerate(hashes)]

    def query_photos(self, **_query: Any) -> Any:
        return map(json.loads, self._lines)

    def photos(self, timestamps: Any) -> list[Any]:
        GROUPS.append(len(timestamps))
        return []


GROUPS: list[int] = []


def item(number: int, hashed: int) -> dict[str, Any]:
    return {
        "timestamp": {"N": f"{1_700_000_000 + number}.12345678901234567890123"},
        "status": {"S": "stored"},
        "thumb_key": {"S": "thumb/eu-central-1:00000000-0000-0000-0000-000000000000/" + "0" * 64 + ".webp"},
        "thumbhash": {"B": "3/cJNRqAh3CIeIiHiHeIh3iHgHAI+Ic="},
        "perceptual_hash": {"S": f"{hashed:016x}"},
    }


def main() -> None:
    """Group them, and print what it took."""
    with patch.object(duplicates, "Tables", Pages):
        began = time.process_time()
        found = duplicates.Duplicates(None)  # type: ignore[arg-type]  # no session: there is no network
        list(found.groups())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{found.compared:,} photos: {len(GROUPS):,} groups of {sum(GROUPS):,}")
    print(f"{time.process_time() - began:.1f} s CPU with the items' JSON, {peak} MB")


if __name__ == "__main__":
    main()
