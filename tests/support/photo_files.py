"""Writers of small files of every format, with whatever metadata a test needs: right, odd or broken.

They hold no pictures; readers of metadata, ours and exiftool, don't look for any.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, UTF8 = 1, 2, 3, 4, 5, 7, 129
MAKE, MODEL, ORIENTATION, SUB_IFDS = 0x010F, 0x0110, 0x0112, 0x014A
EXIF_IFD, GPS_IFD = 0x8769, 0x8825
ORIGINAL, DIGITIZED = 0x9003, 0x9004
OFFSET, OFFSET_ORIGINAL, OFFSET_DIGITIZED = 0x9010, 0x9011, 0x9012
SUBSEC, SUBSEC_ORIGINAL, SUBSEC_DIGITIZED = 0x9290, 0x9291, 0x9292
MAKER_NOTE, LENS = 0x927C, 0xA434
LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE, GPS_TIME, GPS_DATE = 1, 2, 3, 4, 7, 0x1D


class Field(NamedTuple):
    """One entry of a TIFF directory; ``value`` is in the file's byte order already."""

    tag: int
    type: int
    values: int
    """How many; a NamedTuple has a method ``count``."""
    value: bytes


def text(tag: int, value: str | bytes, *, kind: int = ASCII, end: bytes = b"\0") -> Field:
    data = (value.encode() if isinstance(value, str) else value) + end
    return Field(tag, kind, len(data), data)


def short(tag: int, *values: int, order: str = "<") -> Field:
    return Field(tag, SHORT, len(values), struct.pack(f"{order}{len(values)}H", *values))


def long(tag: int, *values: int, order: str = "<") -> Field:
    return Field(tag, LONG, len(values), struct.pack(f"{order}{len(values)}I", *values))


def fractions(tag: int, *values: tuple[int, int], order: str = "<") -> Field:
    return Field(tag, RATIONAL, len(values), b"".join(struct.pack(f"{order}II", *value) for value in values))


def directory(fields: Sequence[Field], at: int, *, order: str = "<", following: int = 0) -> bytes:
    """A TIFF directory that lies at ``at``, with its larger values after it."""
    table = struct.pack(f"{order}H", len(fields))
    values = b""
    values_at = at + 2 + 12 * len(fields) + 4
    for field in fields:
        value = field.value.ljust(4, b"\0")
        if len(value) > 4:
            value, values = struct.pack(f"{order}I", values_at + len(values)), values + value + b"\0" * (len(value) % 2)
        table += struct.pack(f"{order}HHI", *field[:3]) + value
    return table + struct.pack(f"{order}I", following) + values


def tiff(
    main: Iterable[Field] = (),
    exif: Sequence[Field] = (),
    gps: Sequence[Field] = (),
    *,
    order: str = "<",
    magic: int = 42,
    mark: bytes = b"",
) -> bytes:
    """A TIFF structure; ``mark`` follows its header."""
    head_size = 8 + len(mark)
    parts = [(EXIF_IFD, exif), (GPS_IFD, gps)]
    fields = [*main, *(long(tag, 0, order=order) for tag, part in parts if part)]
    at = head_size + len(directory(fields, head_size, order=order))
    below = b""
    for index, (tag, part) in enumerate((tag, part) for tag, part in parts if part):
        fields[len(fields) - sum(bool(p) for _, p in parts) + index] = long(tag, at + len(below), order=order)
        below += directory(part, at + len(below), order=order)
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", magic, head_size) + mark
    return head + directory(fields, head_size, order=order) + below


def dated(
    original: str = "",
    *,
    subsec: str = "",
    offset: str = "",
    digitized: str = "",
    order: str = "<",
    **more: Sequence[Field],
) -> bytes:
    """A TIFF structure whose EXIF has these dates; ``main``, ``exif`` and ``gps`` are more fields."""
    tags = {ORIGINAL: original, DIGITIZED: digitized, OFFSET_ORIGINAL: offset, SUBSEC_ORIGINAL: subsec}
    exif = [text(tag, value) for tag, value in tags.items() if value]
    return tiff(more.get("main", ()), [*exif, *more.get("exif", ())], more.get("gps", ()), order=order)


def apple_note(content_id: str | bytes) -> Field:
    """Apple's maker note with the identifier of a Live Photo."""
    head = b"Apple iOS\0\0\1MM"
    return text(0x927C, head + directory([text(0x0011, content_id)], len(head), order=">"), kind=UNDEFINED, end=b"")


def gps_fields(date: str, *time: tuple[int, int], order: str = "<") -> list[Field]:
    return [fractions(GPS_TIME, *time, order=order), text(GPS_DATE, date)]


def position_fields(
    latitude: tuple[tuple[int, int], ...], north: str, longitude: tuple[tuple[int, int], ...], east: str
) -> list[Field]:
    return [
        text(LATITUDE_REF, north),
        fractions(LATITUDE, *latitude),
        text(LONGITUDE_REF, east),
        fractions(LONGITUDE, *longitude),
    ]


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def jpeg(exif: bytes | None = None, *, before: bytes = b"", xmp: str = "", size: tuple[int, int] = (8, 6)) -> bytes:
    """A JPEG's markers; ``before`` lies between SOI and EXIF."""
    width, height = size
    app1 = segment(0xE1, b"Exif\0\0" + exif) if exif is not None else b""
    packet = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp.encode()) if xmp else b""
    frame = segment(0xC0, struct.pack(">BHHB3B", 8, height, width, 1, 1, 0x11, 0))
    scan = segment(0xDA, bytes((1, 1, 0, 0, 63, 0)))
    return b"\xff\xd8" + before + app1 + packet + segment(0xDB, bytes(65)) + frame + scan + b"\0\xff\xd9"


def iptc(**facts: str) -> bytes:
    """Photoshop's JPEG segment with IPTC data sets; ``d55="20210607"`` is number 55 of the application record."""
    data = b"".join(
        bytes((0x1C, 2, int(number[1:]))) + struct.pack(">H", len(value)) + value.encode()
        for number, value in facts.items()
    )
    other = b"8BIM" + struct.pack(">H", 0x03ED) + b"\3abc" + struct.pack(">I", 3) + b"xyz\0"
    block = b"8BIM" + struct.pack(">H", 0x0404) + b"\0\0" + struct.pack(">I", len(data)) + data
    return segment(0xED, b"Photoshop 3.0\0" + other + block)


def xmp_packet(attributes: str = "", elements: str = "") -> str:
    namespaces = (
        'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
    )
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {namespaces} {attributes}>{elements}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )


def compressed_zeros(count: int) -> bytes:
    """So many zero bytes as a zlib stream (RFC 1950), made in no time: a bomb takes long to open, not to build."""
    piece = 1 << 24
    deflate = zlib.compressobj(wbits=-15)
    pieces = (deflate.compress(bytes(piece)) + deflate.flush(zlib.Z_FULL_FLUSH)) * (count // piece)
    rest = deflate.compress(bytes(count % piece)) + deflate.flush()
    adler32 = (count % 65521) << 16 | 1
    return b"\x78\x9c" + pieces + rest + struct.pack(">I", adler32)


def png(exif: bytes | None = None, *, xmp: str = "", size: tuple[int, int] = (8, 6)) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0))]
    if xmp:
        parts.append(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp.encode()))
    parts.append(chunk(b"IDAT", compressed_zeros((size[0] + 1) * size[1])))
    if exif is not None:
        parts.append(chunk(b"eXIf", exif))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


def riff(form: bytes, *chunks: bytes) -> bytes:
    content = form + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(content)) + content


def chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def webp(exif: bytes | None = None, *, xmp: str = "", size: tuple[int, int] = (8, 6)) -> bytes:
    width, height = size
    flags = (8 if exif is not None else 0) | (4 if xmp else 0)
    head = struct.pack("<I", flags) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    parts = [chunk(b"VP8X", head)]
    parts += [chunk(b"EXIF", exif)] if exif is not None else []
    parts += [chunk(b"XMP ", xmp.encode())] if xmp else []
    return riff(b"WEBP", *parts)


def avi(idit: bytes, *, size: tuple[int, int] = (320, 240), frame_us: int = 0, frames: int = 0) -> bytes:
    head = (frame_us, 0, 0, 0, frames, 0, 0, 0)
    header = chunk(b"avih", struct.pack("<10I4I", *head, *size, *([0] * 4)))
    return riff(b"AVI ", chunk(b"LIST", b"hdrl" + header + chunk(b"IDIT", idit)), chunk(b"LIST", b"movi"))


def box(kind: bytes, *content: bytes) -> bytes:
    data = b"".join(content)
    return struct.pack(">I", 8 + len(data)) + kind + data


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    return box(b"ftyp", major, bytes(4), *(compatible or (major,)))


def full_box(kind: bytes, *content: bytes, version: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24), *content)


def heif(exif: bytes, *, brand: bytes = b"heic", size: tuple[int, int] = (8, 6), prefix: bytes = b"Exif\0\0") -> bytes:
    """One picture item without data and one EXIF item."""
    item = struct.pack(">I", len(prefix)) + prefix + exif
    head = ftyp(brand, b"mif1", brand)

    def meta(at: int) -> bytes:
        return full_box(
            b"meta",
            full_box(b"hdlr", bytes(4), b"pict", bytes(13)),
            full_box(b"pitm", struct.pack(">H", 1)),
            full_box(
                b"iinf",
                struct.pack(">H", 2),
                full_box(b"infe", struct.pack(">HH", 1, 0), b"hvc1\0", version=2),
                full_box(b"infe", struct.pack(">HH", 2, 0), b"Exif\0", version=2),
            ),
            full_box(
                b"iloc",
                struct.pack(">BBH", 0x44, 0, 2),
                struct.pack(">HHHII", 1, 0, 1, at, 0),
                struct.pack(">HHHII", 2, 0, 1, at, len(item)),
            ),
            box(
                b"iprp",
                box(b"ipco", full_box(b"ispe", struct.pack(">II", *size))),
                full_box(b"ipma", struct.pack(">IHBB", 1, 1, 1, 1)),
            ),
        )

    at = len(head) + len(meta(0)) + 8
    return head + meta(at) + box(b"mdat", item)


def cr3(main: Sequence[Field], exif: Sequence[Field], gps: Sequence[Field] = ()) -> bytes:
    canon = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    blocks = [box(kind, tiff(fields)) for kind, fields in ((b"CMT1", main), (b"CMT2", exif), (b"CMT4", gps))]
    return ftyp(b"crx ", b"crx ", b"isom") + box(b"moov", box(b"uuid", canon, *blocks)) + box(b"mdat", bytes(16))


def raf(preview: bytes, *, size: tuple[int, int] = (60, 40)) -> bytes:
    width, height = size
    directory_at = 160
    own = struct.pack(">IHHHH", 1, 0x0111, 4, height, width)
    head = b"FUJIFILMCCD-RAW 0201FF383501" + b"FinePix".ljust(32, b"\0") + b"0100" + bytes(20)
    places = struct.pack(">IIIIII", directory_at + len(own), len(preview), directory_at, len(own), 0, 0)
    return (head + places).ljust(directory_at, b"\0") + own + preview


def movie(
    *,
    brand: bytes = b"qt  ",
    created: int = 0,
    creation_date: str = "",
    content_id: str = "",
    place: str = "",
    day: str = "",
    size: tuple[int, int] = (1920, 1080),
    version: int = 0,
    duration: int = 0,
    scale: int = 600,
) -> bytes:
    """A movie header: ``created`` is ``mvhd``'s, the rest in Apple's keys, ``day`` in ``©day``."""
    times = struct.pack(">QQIQ" if version else ">IIII", created, created, scale, duration)
    mvhd = full_box(b"mvhd", times, struct.pack(">IH", 0x10000, 0x100), bytes(74), version=version)
    track_times = struct.pack(">QQIIQ" if version else ">IIIII", created, created, 1, 0, 0)
    track_rest = bytes(16) + struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    dimensions = struct.pack(">II", size[0] << 16, size[1] << 16)
    tkhd = full_box(b"tkhd", track_times, track_rest, dimensions, version=version)
    place_and_camera = {b"location.ISO6709": place, b"make": "Apple", b"model": "iPhone 13"} if place else {}
    given = {b"creationdate": creation_date, **place_and_camera} if creation_date else place_and_camera
    given |= {b"content.identifier": content_id} if content_id else {}
    keys = full_box(b"keys", struct.pack(">I", len(given)), *(box(b"mdta", b"com.apple.quicktime." + k) for k in given))
    items = [
        box(struct.pack(">I", number), box(b"data", struct.pack(">II", 1, 0), value.encode()))
        for number, value in enumerate(given.values(), start=1)
    ]
    handler = full_box(b"hdlr", bytes(4), b"mdta", bytes(13))
    meta = box(b"meta", handler, keys, box(b"ilst", *items)) if given else b""
    udta = box(b"udta", box(b"\xa9day", struct.pack(">HH", len(day), 0), day.encode())) if day else b""
    return ftyp(brand) + box(b"mdat", bytes(32)) + box(b"moov", mvhd, box(b"trak", tkhd), meta, udta)


def avchd(packs: dict[int, bytes], *, prefix: int = 4) -> bytes:
    """Transport packets: some sound, then a picture whose SEI has ``packs``, split over two packets."""
    mdpm = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66") + b"MDPM" + bytes([len(packs)])
    mdpm += b"".join(bytes([number]) + value for number, value in packs.items())
    picture = bytes.fromhex("000001e0000080000000000109f0") + b"\0\0\1\6\5" + bytes([len(mdpm)]) + mdpm
    split = len(picture) - 12

    def packet(stream: int, payload: bytes) -> bytes:
        room = 184 - len(payload)
        stuffing = bytes([room - 1]) + (b"\0" + b"\xff" * (room - 2) if room > 1 else b"") if room else b""
        head = bytes([0x47]) + struct.pack(">H", stream) + bytes([0x30 if room else 0x10])
        return bytes(prefix) + head + stuffing + payload

    sound = [packet(0x1100, bytes(184))] * 3
    return b"".join((*sound, packet(0x1011, picture[:split]), sound[0], packet(0x1011, picture[split:]), *sound))


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0;"


def bmp(width: int, height: int) -> bytes:
    return (
        b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, *([0] * 6))
    )
