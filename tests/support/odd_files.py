"""Files whose metadata is odd, wrong or damaged, of the kinds found in the wild; exiftool and we read them alike."""

import itertools
from collections.abc import Iterator
from typing import Final

from support.photo_files import (
    ASCII,
    DIGITIZED,
    EXIF_IFD,
    GPS_IFD,
    MAKE,
    OFFSET,
    OFFSET_DIGITIZED,
    OFFSET_ORIGINAL,
    ORIGINAL,
    SUBSEC,
    SUBSEC_DIGITIZED,
    SUBSEC_ORIGINAL,
    UNDEFINED,
    Field,
    avi,
    cr3,
    dated,
    directory,
    gps_fields,
    heif,
    iptc,
    jpeg,
    long,
    movie,
    png,
    raf,
    segment,
    text,
    tiff,
    webp,
    xmp_packet,
)

WRITTEN: Final = "2021:06:07 08:09:10"
DAY: Final = "2021-06-07"
OTHER: Final = "2011:01:01 00:00:00"
BLOCK: Final = dated(WRITTEN)
JUNE_7_UTC: Final = 3705905350

OFFSETS: Final = (
    "",
    "+00:00",
    "-00:00",
    "+2:00",
    "+02:00",
    "+02:00 ",
    "-09:30",
    "+05:45",
    "+14:00",
    "-12:00",
    "   :  ",
    "UTC",
)
SUBSECONDS: Final = ("", "0", "00", "5", "016", "999", "123456", "12 ", " ", "1a", "abc")
DATES: Final = (
    "0000:00:00 00:00:00",
    "2021:00:07 08:09:10",
    "2021:13:07 08:09:10",
    "2021:02:30 08:09:10",
    "2021:06:07 08:61:10",
    "2098:01:01 00:00:00",
    "    :  :     :  :  ",
    "2021:06:07   :  :  ",
    "2021:06:07 08:09:60",
    "2021:06:07 08:09",
    "2021:06:07",
    "2021:6:7 8:9:10",
    "2021-06-07 08:09:10",
    "2021/06/07 08:09:10",
    "2021.06.07 08:09:10",
    "2021:06:07T08:09:10",
    "2021:06:07 08:09:10.25",
    "2021:06:07 08:09:10+02:00",
    " 2021:06:07 08:09:10",
    "2021:06:07 08:09:10  ",
    "1921:06:07 08:09:10",
    "07:06:2021 08:09:10",
    "Mon Jun  7 08:09:10 2021",
    "unknown",
    "",
)
GPS_TIMES: Final = (
    ("2021:06:07", (8, 1), (9, 1), (10, 1)),
    ("2021:06:07", (8, 1), (9, 1), (1050, 100)),
    ("2021:06:07", (16, 2), (540, 60), (0, 1)),
    ("2021-06-07", (8, 1), (9, 1), (10, 1)),
    ("2021:06:07", (8, 1), (9, 1), (599, 10)),
    ("2021:06:07", (23, 1), (59, 1), (5999, 100)),
    ("2021:06:07 ", (0, 1), (0, 1), (0, 1)),
    ("2021:13:07", (8, 1), (9, 1), (10, 1)),
)


def _times() -> Iterator[tuple[str, bytes]]:
    for order, offset, subsec in itertools.product("<>", OFFSETS, SUBSECONDS):
        yield f"{offset}{subsec}{order}", jpeg(dated(WRITTEN, subsec=subsec, offset=offset, order=order))
    for date in DATES:
        yield f"date {date}", jpeg(dated(date))
        yield f"date {date}, and digitized", jpeg(dated(date, digitized=OTHER))
    for time, order in itertools.product(GPS_TIMES, "<>"):
        yield f"gps {time}{order}", jpeg(tiff([], [], gps_fields(*time, order=order), order=order))
    for time in GPS_TIMES:
        yield f"gps {time} beside an impossible date", jpeg(dated("2021:13:07 08:09:10", gps=gps_fields(*time)))
        yield f"gps {time} beside a date", jpeg(dated(OTHER, gps=gps_fields(*time)))


def _structures() -> Iterator[tuple[str, bytes]]:
    """Tags and directories that are not where or what they should be."""
    original = text(ORIGINAL, WRITTEN)
    head = b"II*\0\x08\0\0\0"
    yield "offset of another date", jpeg(tiff([], [original, text(OFFSET, "+09:00"), text(OFFSET_DIGITIZED, "+09:00")]))
    yield "subseconds of another date", jpeg(tiff([], [original, text(SUBSEC, "77"), text(SUBSEC_DIGITIZED, "77")]))
    digitized = [text(DIGITIZED, WRITTEN), text(OFFSET_DIGITIZED, "+09:00"), text(SUBSEC_DIGITIZED, "77")]
    yield "digitized alone", jpeg(tiff([], [*digitized, text(OFFSET_ORIGINAL, "-03:00"), text(SUBSEC_ORIGINAL, "11")]))
    yield "date in the main directory", jpeg(tiff([original]))
    yield "date in two directories", jpeg(tiff([text(ORIGINAL, OTHER)], [original]))
    yield "undefined type", jpeg(tiff([], [text(ORIGINAL, WRITTEN, kind=UNDEFINED)]))
    yield "no NUL", jpeg(tiff([], [text(ORIGINAL, WRITTEN, end=b"")]))
    yield "garbage after NUL", jpeg(tiff([], [text(ORIGINAL, WRITTEN, end=b"\0+09:00\xff")]))
    for count in (0, 4, 30, 0xFFFFFF):
        field = Field(ORIGINAL, ASCII, count, WRITTEN.encode() + b"\0")
        yield f"count {count}", jpeg(tiff([], [field]))
        yield f"count {count}, and digitized", jpeg(tiff([], [field, text(DIGITIZED, OTHER)]))
    yield "twice the tag", jpeg(tiff([], [original, text(ORIGINAL, OTHER)]))
    yield "unsorted", jpeg(tiff([long(0x9999, 1), text(MAKE, "x")], [text(DIGITIZED, OTHER), original]))
    yield "exif in exif", jpeg(head + directory([long(EXIF_IFD, 8), original], 8))
    yield (
        "exif is its own exif",
        jpeg(head + directory([long(EXIF_IFD, 26)], 8) + directory([long(EXIF_IFD, 26), original], 26)),
    )
    yield "gps is the main directory", jpeg(head + directory([long(GPS_IFD, 8), original], 8))
    yield (
        "two directories in a circle",
        jpeg(head + directory([original], 8, following=46) + directory([text(DIGITIZED, OTHER)], 46, following=8)),
    )
    yield "a directory that begins in the header", jpeg(head + directory([original, long(EXIF_IFD, 4)], 8))
    yield "chain in a circle", jpeg(head + directory([original], 8, following=8))
    yield "exif outside", jpeg(tiff([long(EXIF_IFD, 0xFFFFFF)]))
    yield "wrong byte order", jpeg(b"MM\0*" + BLOCK[4:])
    yield "wrong byte order, right offset", jpeg(b"MM\0*\0\0\0\x08" + BLOCK[8:])
    yield "two blocks", jpeg(BLOCK, before=segment(0xE1, b"Exif\0\0" + dated(OTHER)))
    yield "late", jpeg(BLOCK, before=segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + segment(0xE2, bytes(60000)))
    yield "filled", jpeg(BLOCK, before=b"\xff\xff\xff")
    yield "rubbish before", jpeg(BLOCK, before=b"\0\0\0")
    yield "padded signature", jpeg(BLOCK).replace(b"Exif\0\0", b"Exif\0\1")
    yield "cut off", jpeg(BLOCK)[:60]


def _xmp() -> Iterator[tuple[str, bytes]]:
    for written in (
        "2021-06-07T08:09:10.25+02:00",
        "2021-06-07T08:09:10Z",
        "2021-06-07T08:09",
        "2021-06-07",
        "2021",
        "x",
    ):
        for name in ("exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate"):
            yield f"{name} {written}", jpeg(xmp=xmp_packet(f'{name}="{written}"'))
    element = "<exif:DateTimeOriginal>2021-06-07T08:09:10</exif:DateTimeOriginal>"
    yield "element", jpeg(xmp=xmp_packet(elements=element))
    yield "beside exif", jpeg(dated(OTHER), xmp=xmp_packet(elements=element))


def _iptc() -> Iterator[tuple[str, bytes]]:
    for time in ("080910+0200", "080910-0930", "080910", ""):
        yield f"iptc {time}", jpeg(before=iptc(d55="20210607", **({"d60": time} if time else {})))
    yield "iptc beside exif", jpeg(dated(OTHER), before=iptc(d55="20210607", d60="080910+0200"))


def _formats() -> Iterator[tuple[str, bytes]]:
    """Names with their extensions."""
    original, canon = [text(ORIGINAL, WRITTEN)], [text(MAKE, "Canon")]
    for extension in ("tif", "nef", "nrw", "arw", "dng", "pef", "srw", "3fr"):
        for order in "<>":
            yield f"{order}.{extension}", dated(WRITTEN, order=order)
    yield "a.cr2", tiff([], original, mark=b"CR\2\0\0\0\0\0")
    yield "a.orf", tiff([], original, magic=0x4F52)
    yield "b.orf", tiff([], original, magic=0x4F52, order=">")
    yield "a.rw2", tiff([], original, magic=0x55)
    yield "a.raf", raf(jpeg(BLOCK))
    yield "a.cr3", cr3(canon, [*original, text(OFFSET_ORIGINAL, "+09:00"), text(SUBSEC_ORIGINAL, "21")])
    packet = xmp_packet('exif:DateTimeOriginal="2021-06-07T08:09:10"')
    for name, prefix in (("a", b""), ("prefixed", b"Exif\0\0")):
        yield f"{name}.png", png(prefix + BLOCK)
        yield f"{name}.webp", webp(prefix + BLOCK)
        yield f"{name}.heic", heif(BLOCK, prefix=prefix)
        yield f"{name}.avif", heif(BLOCK, prefix=prefix, brand=b"avif")
    yield "xmp.png", png(xmp=packet)
    yield "xmp.webp", webp(xmp=packet)
    yield "a.mov", movie(created=JUNE_7_UTC, creation_date="2021-06-07T08:09:10+0200", place="+48.85+002.29/")
    yield "b.mov", movie(created=JUNE_7_UTC)
    yield "c.mov", movie(created=JUNE_7_UTC, version=1)
    yield "since 1970.mov", movie(created=1623053350)
    yield "undated.mov", movie()
    yield "a.mp4", movie(brand=b"mp42", created=JUNE_7_UTC, day="2021-06-07T08:09:10+0200")
    yield "a.3gp", movie(brand=b"3gp4", created=JUNE_7_UTC)
    yield "a.avi", avi(b"MON JUN  7 08:09:10 2021\n\0")
    yield "b.avi", avi(b"2021-06-07 08:09:10\0")
    yield "c.avi", avi(b"2021/ 6/ 7/ 08:09\0")


def _named() -> Iterator[tuple[str, bytes]]:
    for number, (what, data) in enumerate(itertools.chain(_times(), _structures(), _xmp(), _iptc())):
        readable = "".join(c if c.isalnum() or c in "+- " else "_" for c in what)
        yield f"{number:03} {readable}.jpg", data
    yield from _formats()


ODD_FILES: Final = dict(_named())
