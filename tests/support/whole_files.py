"""One file of each format with as much metadata as its writer can put in, for those that damage files."""

from support.photo_files import (
    DIGITIZED,
    LENS,
    MAKE,
    MODEL,
    ORIENTATION,
    ORIGINAL,
    avchd,
    avi,
    bmp,
    cr3,
    gif,
    gps_fields,
    heif,
    iptc,
    jpeg,
    long,
    movie,
    png,
    position_fields,
    raf,
    short,
    text,
    tiff,
    webp,
    xmp_packet,
)


def whole_files() -> dict[str, bytes]:
    """Name → bytes."""
    exif = [text(ORIGINAL, "2021:06:07 08:09:10"), text(DIGITIZED, "2021:06:07 08:09:10"), text(LENS, "EF 50mm")]
    gps = [
        *gps_fields("2021:06:07", (8, 1), (9, 1), (1050, 100)),
        *position_fields(((48, 1), (51, 1), (30, 1)), "N", ((2, 1), (17, 1), (40, 1)), "E"),
    ]
    main = [text(MAKE, "Canon"), text(MODEL, "EOS"), short(ORIENTATION, 6)]
    block = tiff(main, exif, gps)
    xmp = xmp_packet('exif:DateTimeOriginal="2021-06-07T08:09:10+02:00" xmp:CreateDate="2021-06-07"')
    return {
        "a.jpg": jpeg(block, xmp=xmp),
        "b.jpg": jpeg(None, xmp=xmp),
        "c.jpg": jpeg(None, before=iptc(d55="20210607", d60="080910+0200")),
        "a.png": png(block, xmp=xmp),
        "a.webp": webp(block, xmp=xmp),
        "a.heic": heif(block),
        "a.avif": heif(block, brand=b"avif"),
        "a.tif": tiff([*main, long(0x014A, 8, 8), long(0x0100, 60), long(0x0101, 40)], exif, gps),
        "a.nef": tiff(main, exif, gps, order=">"),
        "a.cr2": tiff(main, exif, gps, mark=b"CR\2\0\0\0\0\0"),
        "a.rw2": tiff(main, exif, gps, magic=0x55),
        "a.orf": tiff(main, exif, gps, magic=0x4F52),
        "a.raf": raf(jpeg(block)),
        "a.cr3": cr3(main, exif, gps),
        "a.mov": movie(created=3705905350, creation_date="2021-06-07T08:09:10+0200", place="+48.85+002.29/"),
        "a.mp4": movie(brand=b"mp42", created=3705905350, day="2021-06-07T08:09:10+0200", version=1),
        "a.avi": avi(b"MON JUN  7 08:09:10 2021\n\0"),
        "a.mts": avchd({0x18: bytes((4, 0x20, 0x21, 6)), 0x19: bytes((7, 8, 9, 0x10))}),
        "a.gif": gif(8, 6),
        "a.bmp": bmp(8, 6),
        "a.xmp": xmp.encode(),
    }
