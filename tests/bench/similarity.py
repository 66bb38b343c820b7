"""How like two pictures of one size are, by their luminance; with nothing but Pillow."""

import math
from typing import Any

from PIL import Image, ImageChops, ImageMath, ImageStat

BLOCK = 8
"""Pixels; SSIM is taken over blocks of 8 by 8, the mean of all blocks (Wang and others 2004, section III.C)."""
PEAK = 255


def psnr(picture: Image.Image, reference: Image.Image) -> float:
    """Peak signal-to-noise ratio in dB; above 40 the eye sees no difference."""
    difference = ImageChops.difference(picture.convert("L"), reference.convert("L"))
    (mean_square,) = (square / difference.width / difference.height for square in ImageStat.Stat(difference).sum2)
    return 10 * math.log10(PEAK**2 / mean_square) if mean_square else math.inf


def ssim(picture: Image.Image, reference: Image.Image) -> float:
    """Structural similarity, 0 to 1 = equal."""
    x, y = (image.convert("L").convert("F") for image in (picture, reference))
    similar = ImageMath.lambda_eval(
        _ssim_of_blocks,
        x=x.reduce(BLOCK),
        y=y.reduce(BLOCK),
        xx=_product(x, x).reduce(BLOCK),
        yy=_product(y, y).reduce(BLOCK),
        xy=_product(x, y).reduce(BLOCK),
    )
    mean: float = similar.reduce(similar.size).getpixel((0, 0))
    return mean


def _product(x: Image.Image, y: Image.Image) -> Image.Image:
    product: Image.Image = ImageMath.lambda_eval(lambda images: images["x"] * images["y"], x=x, y=y)
    return product


def _ssim_of_blocks(mean: dict[str, Any]) -> Any:
    c1, c2 = (0.01 * PEAK) ** 2, (0.03 * PEAK) ** 2
    x, y = mean["x"], mean["y"]
    covariance = mean["xy"] - x * y
    variances = mean["xx"] - x * x + mean["yy"] - y * y
    return ((x * y * 2 + c1) * (covariance * 2 + c2)) / ((x * x + y * y + c1) * (variances + c2))
