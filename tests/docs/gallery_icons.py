"""Draw the gallery's icons: ``python tests/docs/gallery_icons.py`` writes them beside the page.

The same picture as ``icon.svg``, for systems that take no SVG; the maskable one has no corners, and keeps away from the
edges, which a system may cut off.
"""

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parents[2] / "photobak" / "gallery" / "static"
BLUE, WHITE, SUN = "#0b57d0", "#ffffff", "#f9ab00"
SIDE = 512
SMOOTHING = 4


def icon(side: int, maskable: bool) -> Image.Image:
    """Draw it large, and make it smaller, which smooths the edges."""
    scale = SMOOTHING * side / SIDE
    shrink = 0.8 if maskable else 1.0

    def place(x: float, y: float) -> tuple[float, float]:
        return ((x - SIDE / 2) * shrink + SIDE / 2) * scale, ((y - SIDE / 2) * shrink + SIDE / 2) * scale

    big = Image.new("RGBA", (side * SMOOTHING, side * SMOOTHING), (0, 0, 0, 0))
    draw = ImageDraw.Draw(big)
    draw.rounded_rectangle((0, 0, *big.size), 0 if maskable else 96 * scale, fill=BLUE)
    draw.rounded_rectangle((*place(104, 128), *place(408, 384)), 24 * scale * shrink, fill=WHITE)
    draw.ellipse((*place(304, 168), *place(368, 232)), fill=SUN)
    mountains = [(128, 360), (216, 240), (280, 320), (320, 272), (384, 360)]
    draw.polygon([place(*point) for point in mountains], fill=BLUE)
    return big.resize((side, side), Image.Resampling.LANCZOS)


def main() -> None:
    """Write the three files."""
    for name, side, maskable in [("icon-192", 192, False), ("icon-512", 512, False), ("icon-maskable-512", 512, True)]:
        icon(side, maskable).quantize(64).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
