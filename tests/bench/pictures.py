"""Large photos to measure with: from the sample photographs where they are, else drawn.

Samples are smaller than 24 megapixels, so they are enlarged, and get the grain back that enlarging takes away, or laid
side by side as they are.
"""

import random
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tests.support.corpus import corpus

GRAIN = 6
"""Standard deviation of a sensor's noise at medium sensitivity, of 255."""
JPEG_QUALITY = 92
"""About what cameras write."""

_ENLARGED = "jpg/tests/42_IndexError.jpg"
_LAID_SIDE_BY_SIDE = (
    "jpg/tests/30-type_error.jpg",
    "jpg/hdr/iphone_hdr_NO.jpg",
    "jpg/mobile/jolla.jpg",
    "jpg/mobile/HMD_Nokia_8.3_5G.jpg",
    "jpg/tests/28-hex_value.jpg",
    "jpg/tests/35-empty.jpg",
)


def photos(size: tuple[int, int]) -> Iterator[tuple[str, Image.Image]]:
    """Name and picture, at least two."""
    if (corpus() / _ENLARGED).exists():
        yield "a 12-megapixel phone photo, enlarged, with grain", _enlarged(corpus() / _ENLARGED, size)
        yield "six camera photos side by side", _side_by_side([corpus() / name for name in _LAID_SIDE_BY_SIDE], size)
    else:
        yield "drawn, rich in detail", drawn(size, octaves=8)
    yield "drawn, smooth", drawn(size, octaves=5)


def drawn(size: tuple[int, int], octaves: int) -> Image.Image:
    """Clouds of noise in ``octaves`` sizes, each half as large and half as strong as the one before, shapes, and grain.

    Such a spectrum (amplitude falls as frequency grows) is that of natural pictures.
    """
    rng = random.Random(octaves)
    picture = Image.merge("RGB", [_clouds(size, octaves) for _ in range(3)])
    draw = ImageDraw.Draw(picture)
    for _ in range(60):
        x, y, radius = rng.randrange(size[0]), rng.randrange(size[1]), rng.randrange(20, 400)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), tuple(rng.choices(range(256), k=3)))
    return _with_grain(picture.filter(ImageFilter.GaussianBlur(1)))


def save_jpeg(picture: Image.Image, path: Path, *, progressive: bool = False, subsampling: str = "4:2:0") -> None:
    """Write it as a camera would."""
    picture.save(path, "JPEG", quality=JPEG_QUALITY, progressive=progressive, subsampling=subsampling)


def _enlarged(path: Path, size: tuple[int, int]) -> Image.Image:
    with Image.open(path) as photo:
        return _with_grain(photo.convert("RGB").resize(size, Image.Resampling.LANCZOS))


def _side_by_side(paths: list[Path], size: tuple[int, int]) -> Image.Image:
    """Row by row at their own size until the canvas is full, from the beginning again where they don't suffice."""
    canvas = Image.new("RGB", size)
    x = y = row = turn = 0
    while y < size[1]:
        with Image.open(paths[turn % len(paths)]) as photo:
            canvas.paste(photo.convert("RGB"), (x, y))
            x, row, turn = x + photo.width, max(row, photo.height), turn + 1
        if x >= size[0]:
            x, y, row = 0, y + row, 0
    return canvas


def _clouds(size: tuple[int, int], octaves: int) -> Image.Image:
    clouds = Image.new("L", size, 128)
    for octave in range(octaves):
        cells = (size[0] * 2**octave // 1024 + 2, size[1] * 2**octave // 1024 + 2)
        noise = Image.effect_noise(cells, 90 / 1.6**octave).resize(size, Image.Resampling.BICUBIC)
        clouds = ImageChops.add(clouds, noise, offset=-128)
    return clouds


def _with_grain(picture: Image.Image) -> Image.Image:
    grain = Image.merge("RGB", [Image.effect_noise(picture.size, GRAIN) for _ in range(3)])
    return ImageChops.add(picture, grain, offset=-128)
