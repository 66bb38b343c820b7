"""ThumbHashes: what they keep of a picture; ``tests/integration/test_thumbhash_encoder.py`` compares whole ones."""

import random

import pytest
from PIL import Image
from support.pictures import quadrants

from photobak.photo.thumbhash import encode, thumbhash

PUBLISHED = {
    (4, 3): "274886248c28567cc99b50894704a89977bfb6085887788807",
    (3, 5): "21c9851b08175a38a8095e196f8a940e57a8388586b906",
}
"""By size, what the published encoder makes of ``noise``."""


def noise(width: int, height: int) -> bytes:
    return random.Random(width * 100 + height).randbytes(width * height * 4)


def plain(red: int, green: int, blue: int) -> bytes:
    return encode(32, 24, bytes([red, green, blue, 255]) * (32 * 24))


@pytest.mark.parametrize("size", PUBLISHED)
def test_it_is_the_hash_of_the_published_encoder(size: tuple[int, int]) -> None:
    assert encode(*size, noise(*size)).hex() == PUBLISHED[size]


def test_of_a_plain_picture_nothing_varies() -> None:
    hashed = plain(255, 255, 255)
    assert hashed[:3].hex() == "3f0802"
    assert not any(hashed[5:])


def test_a_thumbnail_has_one_that_knows_its_shape() -> None:
    landscape, portrait = thumbhash(quadrants(400, 300)), thumbhash(quadrants(300, 400))
    assert (landscape[4] >> 7, portrait[4] >> 7) == (1, 0)
    assert len(landscape) < 40


def test_transparency_is_kept() -> None:
    picture = Image.new("RGBA", (40, 30), (200, 30, 30, 0))
    picture.paste((10, 200, 10, 255), (0, 0, 20, 30))
    assert thumbhash(picture)[2] & 0x80
    assert not thumbhash(picture.convert("RGB"))[2] & 0x80
