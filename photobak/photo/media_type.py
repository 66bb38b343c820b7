"""What kind of file this is: the content decides, the extension only helps.

- Known content is what it is, whatever the file is called. The extension tells apart what looks alike from inside:
  the camera RAW formats that are TIFF files, a sidecar that is a JPEG, sound in a video container.
- Content that nothing is known of is believed to be what the extension says: a damaged, empty or cut-off photo is still
  somebody's photo and is backed up (without a preview), and so is text named ``.jpg``.
- Content that is positively something else (a PDF, an archive, sound, a program, the ``._`` files that macOS leaves on
  foreign disks) is left alone, whatever the file is called, and so is every extension that is not listed here.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from photobak.photo.kind import Kind

HEAD_BYTES: Final = 4096
"""So many bytes of a file's beginning are enough to recognise it."""


@dataclass(frozen=True, slots=True)
class MediaType:
    """A kind of file that is backed up."""

    content_type: str
    """As in HTTP's ``Content-Type``."""
    kind: Kind
    extension: str
    """The usual one, without dot, in lower case; it ends the original's key."""


def _photo(content_type: str, extension: str) -> MediaType:
    return MediaType(content_type, Kind.PHOTO, extension)


def _video(content_type: str, extension: str) -> MediaType:
    return MediaType(content_type, Kind.VIDEO, extension)


JPEG: Final = _photo("image/jpeg", "jpg")
HEIC: Final = _photo("image/heic", "heic")
HEIF: Final = _photo("image/heif", "heif")
AVIF: Final = _photo("image/avif", "avif")
PNG: Final = _photo("image/png", "png")
WEBP: Final = _photo("image/webp", "webp")
GIF: Final = _photo("image/gif", "gif")
TIFF: Final = _photo("image/tiff", "tif")
BMP: Final = _photo("image/bmp", "bmp")
JXL: Final = _photo("image/jxl", "jxl")
JP2: Final = _photo("image/jp2", "jp2")
PSD: Final = _photo("image/vnd.adobe.photoshop", "psd")

CR2: Final = _photo("image/x-canon-cr2", "cr2")
CR3: Final = _photo("image/x-canon-cr3", "cr3")
CRW: Final = _photo("image/x-canon-crw", "crw")
DNG: Final = _photo("image/x-adobe-dng", "dng")
MRW: Final = _photo("image/x-minolta-mrw", "mrw")
ORF: Final = _photo("image/x-olympus-orf", "orf")
RAF: Final = _photo("image/x-fuji-raf", "raf")
RW2: Final = _photo("image/x-panasonic-rw2", "rw2")
X3F: Final = _photo("image/x-sigma-x3f", "x3f")

_RAW_IN_TIFF: Final = {
    media_type.extension: media_type
    for media_type in (
        DNG,
        _photo("image/x-nikon-nef", "nef"),
        _photo("image/x-nikon-nrw", "nrw"),
        _photo("image/x-sony-arw", "arw"),
        _photo("image/x-sony-sr2", "sr2"),
        _photo("image/x-sony-srf", "srf"),
        _photo("image/x-pentax-pef", "pef"),
        _photo("image/x-samsung-srw", "srw"),
        _photo("image/x-leica-rwl", "rwl"),
        _photo("image/x-hasselblad-3fr", "3fr"),
        _photo("image/x-hasselblad-fff", "fff"),
        _photo("image/x-phaseone-iiq", "iiq"),
        _photo("image/x-epson-erf", "erf"),
        _photo("image/x-kodak-dcr", "dcr"),
        _photo("image/x-kodak-kdc", "kdc"),
        _photo("image/x-mamiya-mef", "mef"),
        _photo("image/x-leaf-mos", "mos"),
        _photo("image/x-gopro-gpr", "gpr"),
    )
}

MOV: Final = _video("video/quicktime", "mov")
MP4: Final = _video("video/mp4", "mp4")
M4V: Final = _video("video/x-m4v", "m4v")
THREE_GP: Final = _video("video/3gpp", "3gp")
THREE_G2: Final = _video("video/3gpp2", "3g2")
AVI: Final = _video("video/x-msvideo", "avi")
MTS: Final = _video("video/mp2t", "mts")
MPEG: Final = _video("video/mpeg", "mpg")
MKV: Final = _video("video/x-matroska", "mkv")
WEBM: Final = _video("video/webm", "webm")
WMV: Final = _video("video/x-ms-wmv", "wmv")
FLV: Final = _video("video/x-flv", "flv")
DV: Final = _video("video/dv", "dv")

XMP: Final = MediaType("application/rdf+xml", Kind.SIDECAR, "xmp")
_SIDECARS: Final = {
    "xmp": XMP,
    "aae": MediaType("application/x-plist", Kind.SIDECAR, "aae"),  # edits in Apple Photos
    "thm": MediaType("image/jpeg", Kind.SIDECAR, "thm"),  # a camera's thumbnail of a video or RAW
    "lrv": MediaType("video/mp4", Kind.SIDECAR, "lrv"),  # a GoPro's small copy of a video
} | {
    # Edits in Capture One, DxO PhotoLab, Canon DPP 4 and 3, Nikon NX Studio, ON1 and RawTherapee.
    extension: MediaType("application/octet-stream", Kind.SIDECAR, extension)
    for extension in ("cos", "dop", "dr4", "vrd", "nksc", "on1", "pp3")
}

_SAME_EXTENSION: Final = {
    "jpeg": JPEG, "jpe": JPEG, "jfif": JPEG, "mpo": JPEG, "insp": JPEG,
    "hif": HEIF, "tiff": TIFF, "dib": BMP, "psb": PSD, "j2k": JP2, "jpf": JP2,
    "qt": MOV, "mp4v": MP4, "insv": MP4, "3gpp": THREE_GP, "m2ts": MTS, "m2t": MTS, "mpeg": MPEG, "mpe": MPEG,
}  # fmt: skip
_BY_EXTENSION: Final = {
    media_type.extension: media_type
    for media_type in (
        *(JPEG, HEIC, HEIF, AVIF, PNG, WEBP, GIF, TIFF, BMP, JXL, JP2, PSD),
        *(CR2, CR3, CRW, MRW, ORF, RAF, RW2, X3F, *_RAW_IN_TIFF.values()),
        *(MOV, MP4, M4V, THREE_GP, THREE_G2, AVI, MTS, MPEG, MKV, WEBM, WMV, FLV, DV),
    )
} | _SAME_EXTENSION
_SOUND: Final = frozenset({"m4a", "m4b", "m4p", "m4r", "aax", "mka", "weba", "wma"})
_MOVIE_ATOMS: Final = frozenset({b"moov", b"mdat", b"wide", b"pnot", b"free", b"skip"})
_MOVIES: Final = frozenset({MOV, MP4, M4V, THREE_GP, THREE_G2})

_TAKEOUT = re.compile(r".+\.(?P<extension>[a-z0-9]{2,4})(\.s[a-z-]*)?\.json", re.IGNORECASE)
"""Google Takeout's ``IMG_1.JPG.json`` and ``IMG_1.JPG.supplemental-metadata.json``, which it cuts off anywhere."""
_TAKEOUT_CONTENT = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"(?:title"\s*:\s*"|albumData"\s*:)')
"""What all its JSONs of photos and albums begin with: their names are cut, numbered and translated."""
_TAKEOUT_LISTS: Final = frozenset(
    {"print-subscriptions.json", "shared_album_comments.json", "user-generated-memory-titles.json"}
)

_SIGNATURES: Final = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"\0\0\0\x0cJXL \r\n\x87\n", JXL),
    (b"\0\0\0\x0cjP  \r\n\x87\n", JP2),
    (b"8BPS\0\1", PSD),
    (b"8BPS\0\2", PSD),
    (b"FUJIFILMCCD-RAW", RAF),
    (b"IIRO", ORF),
    (b"IIRS", ORF),
    (b"MMOR", ORF),
    (b"II\x1a\0\0\0HEAPCCDR", CRW),
    (b"\0MRM", MRW),
    (b"FOVb", X3F),
    (b"\0\0\1\xba", MPEG),
    (b"\0\0\1\xb3", MPEG),
    (b"FLV\1", FLV),
)
_TIFF_HEADERS: Final = (b"II*\0", b"MM\0*", b"II+\0\x08\0", b"MM\0+\0\x08")
_RW2_HEADER: Final = b"IIU\0"
_EBML: Final = b"\x1aE\xdf\xa3"
_ASF: Final = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_APPLE_DOUBLE: Final = (b"\0\5\x16\7", b"\0\5\x16\0")
_BITMAP_HEADERS: Final = frozenset({12, 40, 52, 56, 64, 108, 124})
_DNG_VERSION: Final = 0xC612

_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_HEIF_BRANDS: Final = frozenset({b"mif1", b"mif2", b"msf1", b"avci", b"jpeg"})
_MOVIE_BRANDS: Final = {b"qt": MOV, b"crx": CR3, b"M4V": M4V, b"3gp": THREE_GP, b"3g2": THREE_G2}
_SOUND_BRANDS: Final = frozenset({b"M4A", b"M4B", b"M4P", b"aax"})

TRANSPORT_SYNC: Final = 0x47
TRANSPORT_PACKET_BYTES: Final = 188


def recognise(head: bytes, filename: str) -> MediaType | None:
    """What a file is; None for what is not backed up.

    Args:
        head: the file's first ``HEAD_BYTES``, or all of it where it is shorter.
        filename: its name without folders.
    """
    extension = PurePosixPath(filename).suffix[1:].lower()
    content = _by_content(head, extension)
    if content is None:
        return _by_name(head, filename, extension)
    sidecar = _SIDECARS.get(extension)
    return sidecar if sidecar and sidecar.content_type == content.content_type else content


def is_raw(media_type: MediaType) -> bool:
    """Tell whether this is a camera RAW format, which a camera may write beside its JPEG."""
    return media_type in _RAW_TYPES


_RAW_TYPES: Final = frozenset({CR2, CR3, CRW, MRW, ORF, RAF, RW2, X3F, *_RAW_IN_TIFF.values()})


def transport_layout(head: bytes) -> tuple[int, int] | None:
    """How an MPEG transport stream is laid out; None for other data.

    Returns:
        Bytes before each sync byte and bytes a packet: 0 and 188, or, with a time stamp before each, 4 and 192.
    """
    for prefix in (0, 4):
        stride = TRANSPORT_PACKET_BYTES + prefix
        syncs = head[prefix : prefix + 5 * stride : stride]
        if len(syncs) >= 3 and set(syncs) == {TRANSPORT_SYNC}:
            return prefix, stride
    return None


def _by_content(head: bytes, extension: str) -> MediaType | None:
    for magic, media_type in _SIGNATURES:
        if head.startswith(magic):
            return media_type
    for recogniser in _RECOGNISERS:
        if found := recogniser(head, extension):
            return found
    return None


def _by_name(head: bytes, filename: str, extension: str) -> MediaType | None:
    if sidecar := _SIDECARS.get(extension):
        return sidecar
    if extension == "json" and _is_takeouts(head, filename):
        return MediaType("application/json", Kind.SIDECAR, "json")
    claimed = _BY_EXTENSION.get(extension)
    return None if claimed is None or _is_something_else(head) else claimed


def _is_takeouts(head: bytes, filename: str) -> bool:
    """Whether a JSON is Google Takeout's: of a photo, by its name or its content; of an album; or of all of them."""
    found = _TAKEOUT.fullmatch(filename)
    of_photo = found is not None and found["extension"].lower() in _BY_EXTENSION
    return of_photo or filename in _TAKEOUT_LISTS or _TAKEOUT_CONTENT.match(head) is not None


def _is_something_else(head: bytes) -> bool:
    """Tell whether the content is positively of another format."""
    if head.startswith(_APPLE_DOUBLE):
        return True
    import filetype  # asked of damaged and misnamed files alone: not at start-up

    guess = filetype.guess(head) if head else None
    return guess is not None and not guess.mime.startswith(("image/", "video/"))


def _tiff(head: bytes, extension: str) -> MediaType | None:
    """TIFF files, and the RAW formats that differ from them by name or by one tag."""
    if head.startswith(_RW2_HEADER):
        return _RAW_IN_TIFF["rwl"] if extension == "rwl" else RW2
    if not head.startswith(_TIFF_HEADERS):
        return None
    if head.startswith(b"II*\0") and head[8:10] == b"CR":
        return CR2
    return _RAW_IN_TIFF.get(extension) or (DNG if _has_dng_version(head) else TIFF)


def _has_dng_version(head: bytes) -> bool:
    order = "<" if head.startswith(b"II") else ">"
    offset = int.from_bytes(head[4:8], "little" if order == "<" else "big")
    count_bytes = head[offset : offset + 2]
    if len(count_bytes) < 2:
        return False
    (count,) = struct.unpack(f"{order}H", count_bytes)
    entries = head[offset + 2 : offset + 2 + 12 * count]
    return any(
        tag == _DNG_VERSION for tag, *_ in struct.iter_unpack(f"{order}HHII", entries[: len(entries) // 12 * 12])
    )


def _riff(head: bytes, _extension: str) -> MediaType | None:
    if not head.startswith(b"RIFF"):
        return None
    return {b"WEBP": WEBP, b"AVI ": AVI}.get(head[8:12])


def _bitmap(head: bytes, _extension: str) -> MediaType | None:
    """Two letters are too little to believe: the header's size tells the rest."""
    return BMP if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BITMAP_HEADERS else None


def _iso_media(head: bytes, extension: str) -> MediaType | None:
    """HEIF, AVIF, CR3, MP4 and their kin by the brands in ``ftyp``; old QuickTime files have none."""
    if head[4:8] != b"ftyp":
        return MOV if head[4:8] in _MOVIE_ATOMS and _BY_EXTENSION.get(extension) in _MOVIES else None
    box = head[8 : int.from_bytes(head[:4], "big")]
    major, brands = box[:4], {box[:4], *(box[at : at + 4] for at in range(8, len(box), 4))}
    family = major.rstrip() if major.startswith((b"qt", b"crx")) else major[:3]
    if family in _MOVIE_BRANDS:
        return _MOVIE_BRANDS[family]
    for known, media_type in ((_AVIF_BRANDS, AVIF), (_HEIC_BRANDS, HEIC), (_HEIF_BRANDS, HEIF)):
        if brands & known:
            return media_type
    return None if family in _SOUND_BRANDS or extension in _SOUND else MP4


def _matroska(head: bytes, extension: str) -> MediaType | None:
    if not head.startswith(_EBML) or extension in _SOUND:
        return None
    return WEBM if b"webm" in head[:64] else MKV


def _windows_media(head: bytes, extension: str) -> MediaType | None:
    return WMV if head.startswith(_ASF) and extension not in _SOUND else None


def _transport_stream(head: bytes, _extension: str) -> MediaType | None:
    return MTS if transport_layout(head) else None


_RECOGNISERS: Final[tuple[Callable[[bytes, str], MediaType | None], ...]] = (
    _iso_media,
    _tiff,
    _riff,
    _bitmap,
    _matroska,
    _windows_media,
    _transport_stream,
)
