"""What happens to files on bad disks, bad lines and in bad hands."""

import random
from collections.abc import Callable


def truncated(data: bytearray, chance: random.Random) -> bytearray:
    return data[: chance.randrange(len(data) + 1)]


def bits_flipped(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 1, 4, 32, 256))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


def head_bits_flipped(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 2, 8))):
        data[chance.randrange(min(len(data), 512))] ^= 1 << chance.randrange(8)
    return data


def number_replaced(data: bytearray, chance: random.Random) -> bytearray:
    """Lengths, counts and offsets at their limits."""
    size = chance.choice((1, 2, 4, 8))
    at = chance.randrange(max(len(data) - size, 1))
    data[at : at + size] = chance.choice((bytes(size), b"\xff" * size, b"\x7f" * size, (8).to_bytes(size, "little")))
    return data


def block_repeated(data: bytearray, chance: random.Random) -> bytearray:
    start, to = chance.randrange(len(data)), chance.randrange(len(data))
    length = chance.randrange(1, 64)
    data[to : to + length] = data[start : start + length]
    return data


DAMAGES: tuple[Callable[[bytearray, random.Random], bytearray], ...] = (
    truncated,
    bits_flipped,
    head_bits_flipped,
    number_replaced,
    block_repeated,
)
