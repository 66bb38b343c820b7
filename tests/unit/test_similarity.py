"""Pictures that look alike have hashes that are near each other, and no others have."""

import io
import random
import time
from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance, ImageOps
from support.corpus import MISSING, corpus_files

from photobak.photo.similarity import NEAR, distance, groups, perceptual_hash

SEED = 20261128
THUMBNAIL = (400, 1600)


def picture(chance: random.Random) -> Image.Image:
    """Soft shapes of chance, as different from one another as photos are."""
    small = Image.frombytes("RGB", (9, 7), chance.randbytes(9 * 7 * 3))
    return small.resize((400, 300), Image.Resampling.BICUBIC)


def as_messengers_send(image: Image.Image) -> Image.Image:
    """Smaller and compressed hard."""
    sent = io.BytesIO()
    small = image.convert("RGB")
    small.thumbnail((1280, 1280))
    small.save(sent, "JPEG", quality=40)
    return Image.open(sent)


def hashed(image: Image.Image) -> int | None:
    thumbnail = image.copy()
    thumbnail.thumbnail(THUMBNAIL)
    return perceptual_hash(thumbnail)


def near(one: Image.Image, other: Image.Image) -> bool:
    hashes = hashed(one), hashed(other)
    return hashes[0] is not None and hashes[1] is not None and distance(hashes[0], hashes[1]) <= NEAR


@pytest.mark.parametrize("seed", range(20))
def test_copies_look_alike(seed: int) -> None:
    original = picture(random.Random(seed))
    assert near(original, as_messengers_send(original))
    assert near(original, original.resize((97, 71)))
    assert near(original, ImageEnhance.Contrast(original).enhance(0.9))
    assert near(original, original.convert("L").convert("RGB"))


def test_others_do_not() -> None:
    chance = random.Random(SEED)
    hashes = [hash_ for _ in range(60) if (hash_ := hashed(picture(chance))) is not None]
    assert min(distance(one, other) for one, other in combinations(hashes, 2)) > 2 * NEAR


@pytest.mark.parametrize("colour", ["white", "black", "grey", (200, 30, 30)])
def test_a_picture_of_nothing_looks_like_no_other(colour: str) -> None:
    assert perceptual_hash(Image.new("RGB", (400, 300), colour)) is None


def test_transparency_counts_as_white() -> None:
    shape = picture(random.Random(1)).convert("RGBA")
    shape.putalpha(Image.linear_gradient("L").resize(shape.size))
    flattened = Image.alpha_composite(Image.new("RGBA", shape.size, "white"), shape).convert("RGB")
    assert hashed(shape) == hashed(flattened)


def test_groups_are_chains_of_near_ones() -> None:
    far = 0xFFFF_0000_FFFF_0000
    hashes = {
        "a": 0,
        "b": 0b1111,
        "c": 0b1111_1111,
        "d": far,
        "e": far,
        "f": 0xAAAA_AAAA_AAAA_AAAA,
        "g": 0b1_1111 << 40,
    }
    assert sorted(map(sorted, groups(hashes))) == [["a", "b", "c"], ["d", "e"]]
    assert list(groups({})) == list(groups({"a": 1})) == []


@pytest.mark.parametrize("bits", range(NEAR + 2))
def test_groups_find_every_pair_that_is_near_enough(bits: int) -> None:
    chance = random.Random(bits)
    for _ in range(300):
        value = chance.getrandbits(64)
        other = value
        for bit in chance.sample(range(64), bits):
            other ^= 1 << bit
        assert len(list(groups({"a": value, "b": other}))) == (bits <= NEAR)


def test_a_hundred_thousand_are_grouped_in_seconds() -> None:
    chance = random.Random(SEED)
    hashes = {number: chance.getrandbits(64) for number in range(100_000)}
    hashes |= {-number: hashes[number] ^ 0b101 for number in range(1, 101)}
    began = time.thread_time()
    found = list(groups(hashes))
    assert time.thread_time() - began < 20  # comparing each with each would take minutes
    assert sorted(map(sorted, found)) == sorted([-number, number] for number in range(1, 101))


def upright(path: Path) -> Image.Image | None:
    try:
        with Image.open(path) as image:
            image.load()
            whole = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, SyntaxError, ValueError):  # damaged on purpose
        return None
    whole.thumbnail((2000, 2000))
    return whole


@pytest.mark.skipif(not corpus_files(), reason=MISSING)
def test_of_the_samples_each_is_near_its_copy_and_to_no_other_scene() -> None:
    scenes = {}
    for path in corpus_files():
        image = upright(path) if path.suffix.lower() in (".jpg", ".jpeg") else None
        hash_ = hashed(image) if image else None
        if image is None or hash_ is None:
            continue
        copy = hashed(as_messengers_send(image))
        assert copy is not None
        assert distance(hash_, copy) <= NEAR, path.name
        scenes[path.name] = hash_
    alike = [sorted(group) for group in groups(scenes)]
    # The same photo in eight orientations, and others that came with more than one set of metadata.
    assert all(len({name.split("_")[0][:5] for name in group}) == 1 for group in alike), alike
