"""ThumbHashes are those of the published encoder, which comes with the gallery."""

import json
import random
import shutil
import subprocess
from importlib import resources
from pathlib import Path

import pytest

from photobak.photo.thumbhash import MAX_SIDE, encode

SEED = 20261128
ENCODER = Path(str(resources.files("photobak.gallery"))) / "static" / "vendor" / "thumbhash.js"
SCRIPT = """
import {{ rgbaToThumbHash }} from {encoder};
import {{ readFileSync }} from 'node:fs';
const pictures = JSON.parse(readFileSync(0));
const hashes = pictures.map(([w, h, rgba]) => rgbaToThumbHash(w, h, Buffer.from(rgba, 'hex')));
console.log(JSON.stringify(hashes.map(hash => Buffer.from(hash).toString('hex'))));
"""

Picture = tuple[int, int, bytes]


def noisy(chance: random.Random, *, opaque: bool) -> Picture:
    """No two frequencies are alike, so no rounding is a matter of the last bit."""
    width, height = chance.randint(4, MAX_SIDE), chance.randint(4, MAX_SIDE)
    pixels = bytearray(chance.randbytes(width * height * 4))
    if opaque:
        pixels[3::4] = b"\xff" * (width * height)
    return width, height, bytes(pixels)


def published(pictures: list[Picture]) -> list[str]:
    """What the published encoder makes of them."""
    script = SCRIPT.format(encoder=json.dumps(ENCODER.as_uri()))
    given = json.dumps([(width, height, rgba.hex()) for width, height, rgba in pictures])
    command = ["node", "--input-type=module", "--eval", script]
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60, check=True)
    hashes: list[str] = json.loads(done.stdout)
    return hashes


@pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed (Debian's nodejs)")
def test_it_is_the_hash_of_the_published_encoder() -> None:
    chance = random.Random(SEED)
    pictures = [noisy(chance, opaque=bool(number % 2)) for number in range(40)]
    assert [encode(*picture).hex() for picture in pictures] == published(pictures)
