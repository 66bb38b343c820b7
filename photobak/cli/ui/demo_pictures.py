"""Generates a dozen landscapes for the demo, with dates and orientations in their EXIF."""

import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

_COUNT: Final = 12
_SIZES: Final = ((2400, 1600), (1600, 2400), (3000, 2000), (2000, 2000))
_FORMATS: Final = ("JPEG", "JPEG", "HEIF", "PNG", "WEBP", "JPEG")
_SUFFIXES: Final = {"JPEG": "jpg", "HEIF": "heic", "PNG": "png", "WEBP": "webp"}
_FIRST: Final = datetime(2024, 5, 18, 9, 12)  # noqa: DTZ001 - EXIF dates carry no zone
_DATE_TIME_ORIGINAL: Final = 0x9003
_OFFSET_TIME_ORIGINAL: Final = 0x9011
_EXIF_IFD: Final = 0x8769
_MAKE, _MODEL, _ORIENTATION = 0x010F, 0x0110, 0x0112


def draw_pictures(folder: Path) -> Iterator[Path]:
    """Write a dozen pictures to folders by month; the same ones every time."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    for number in range(_COUNT):
        taken = _FIRST + timedelta(days=17 * number, minutes=53 * number)
        form = _FORMATS[number % len(_FORMATS)]
        path = folder / f"{taken:%Y-%m}" / f"IMG_{1001 + number}.{_SUFFIXES[form]}"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = _landscape(random.Random(number), _SIZES[number % len(_SIZES)])  # noqa: S311 - a picture, not a key
        orientation = 6 if form == "JPEG" and number % 4 == 1 else 1
        if orientation == 6:
            picture = picture.transpose(Image.Transpose.ROTATE_90)
        picture.save(path, form, quality=85, exif=_exif(taken, orientation))
        yield path


def _exif(taken: datetime, orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[_MAKE], exif[_MODEL], exif[_ORIENTATION] = "photobak", "Demo Camera", orientation
    dates = exif.get_ifd(_EXIF_IFD)
    dates[_DATE_TIME_ORIGINAL] = f"{taken:%Y:%m:%d %H:%M:%S}"
    dates[_OFFSET_TIME_ORIGINAL] = "+01:00"
    return exif


def _landscape(dice: random.Random, size: tuple[int, int]) -> Image.Image:
    """A sky, a sun and three ranges of hills."""
    width, height = size
    hue = dice.randrange(180, 260)
    sky = Image.linear_gradient("L").resize(size)
    top = Image.new("RGB", size, _hsv(hue, 150, 230))
    bottom = Image.new("RGB", size, _hsv(dice.randrange(15, 45), 110, 255))
    picture = Image.composite(bottom, top, sky)
    draw = ImageDraw.Draw(picture)
    x, y, radius = dice.uniform(0.2, 0.8) * width, dice.uniform(0.15, 0.45) * height, width * 0.05
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_hsv(50, 60, 255))
    for depth in range(3):
        draw.polygon(_hills(dice, size, depth), fill=_hsv(hue - 60, 90 + 40 * depth, 170 - 50 * depth))
    return picture.filter(ImageFilter.GaussianBlur(1.5))


def _hills(dice: random.Random, size: tuple[int, int], depth: int) -> list[tuple[float, float]]:
    width, height = size
    base, swing = height * (0.55 + 0.14 * depth), height * 0.08
    waves = [(dice.uniform(1, 5), dice.uniform(0, 6.28), dice.uniform(0.3, 1)) for _ in range(4)]
    ridge = [
        (x, base + swing * sum(part * math.sin(6.28 * rate * x / width + phase) for rate, phase, part in waves) / 2)
        for x in range(0, width + 1, 8)
    ]
    return [*ridge, (width, height), (0, height)]


def _hsv(hue: int, saturation: int, value: int) -> tuple[int, int, int]:
    pixel = Image.new("HSV", (1, 1), (hue % 360 * 255 // 360, saturation, value)).convert("RGB").getpixel((0, 0))
    red, green, blue = pixel if isinstance(pixel, tuple) else (0, 0, 0)
    return int(red), int(green), int(blue)
