"""Many different landscapes with capture times, made from the dozen of ``photobak demo``."""

from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image, ImageOps

from photobak.cli.ui.demo_pictures import draw_pictures

NEWEST = datetime.fromisoformat("2024-09-29T17:42:00")
SHAPES = [(900, 600), (600, 900), (900, 675), (900, 507), (675, 900), (900, 600), (720, 720), (1200, 514)]
DATE_TIME_ORIGINAL, OFFSET_TIME_ORIGINAL, EXIF_IFD, MAKE, MODEL = 0x9003, 0x9011, 0x8769, 0x010F, 0x0110


def write_landscapes(folder: Path, count: int, days_apart: float = 2.5) -> list[Path]:
    """Write photos, newest first, each of them another picture."""
    drawn = [ImageOps.exif_transpose(Image.open(path)) for path in draw_pictures(folder.parent / "drawn")]
    originals = [ImageOps.fit(each.convert("RGB"), (1200, 1200)) for each in drawn]
    written = []
    for number in range(count):
        taken = NEWEST - timedelta(days=days_apart * number, minutes=37 * number)
        variant = number // len(originals)
        hue, *others = originals[number * 5 % len(originals)].convert("HSV").split()
        turned = hue.point([(value + 4 * variant) % 256 for value in range(256)])
        picture = Image.merge("HSV", [turned, *others]).convert("RGB")
        if variant % 2:
            picture = ImageOps.mirror(picture)
        exif = Image.Exif()
        exif[MAKE], exif[MODEL] = "photobak", "Demo Camera"
        exif.get_ifd(EXIF_IFD).update(
            {DATE_TIME_ORIGINAL: f"{taken:%Y:%m:%d %H:%M:%S}", OFFSET_TIME_ORIGINAL: "+02:00"}
        )
        path = folder / f"IMG_{1000 + count - number}.jpg"
        ImageOps.fit(picture, SHAPES[number * 3 % len(SHAPES)]).save(path, quality=80, exif=exif)
        written.append(path)
    return written
