"""Reads damaged and hostile files in a process of little memory, and prints what the worst of them cost as JSON.

Run as ``python -m support.metadata_campaign SEED INPUTS [FOLDER OF SAMPLES]``: an input that takes more memory than
there is, or raises what it may not, ends it with the seed and number that make the same input again.
"""

import io
import json
import random
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from support.damage import DAMAGES
from support.whole_files import whole_files

from photobak.client.imports.icloud.details import UnreadableCsv, read_details
from photobak.client.imports.sidecars import UnreadableSidecar, read_json, read_xmp
from photobak.client.imports.takeout.metadata_json import UnreadableJson
from photobak.client.imports.takeout.metadata_json import read_json as read_takeout_json
from photobak.photo.capture_time import decide
from photobak.photo.media_type import HEAD_BYTES, recognise
from photobak.photo.metadata import read_metadata

MOST_SECONDS = 1.0
MOST_BYTES = 64 * 1024 * 1024
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SAMPLE_BYTES = 256 * 1024

XMP_PIECES = (
    *(
        "<rdf:RDF ",
        "<rdf:Description ",
        "<dc:description>",
        "<rdf:Alt>",
        "<rdf:Bag>",
        "<rdf:li>",
        "</rdf:li>",
        "/>",
        ">",
    ),
    *('xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" ', 'xmlns:dc="http://purl.org/dc/elements/1.1/" '),
    *(
        'xmlns:exif="http://ns.adobe.com/exif/1.0/" ',
        'exif:DateTimeOriginal="2021-06-07T08:09:10" ',
        "<!DOCTYPE a [",
        "]>",
    ),
    *("&amp;", "&#x10FFFF;", "<![CDATA[", "]]>", "<!--", "-->", "<?xpacket", "?>", "a", "\0", "\ufeff", " " * 100, '"'),
)
JSON_PIECES = (
    *(
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        '"title"',
        '"photoTakenTime"',
        '"timestamp"',
        '"1600000000"',
        "1e999",
        "-0",
        "null",
    ),
    *(
        '"geoData"',
        '"latitude"',
        '"people"',
        '"\\ud800"',
        '"SourceFile"',
        '"XMP:Subject"',
        "9" * 300,
        "true",
        "\\",
        "\ufeff",
    ),
)
CSV_PIECES = (
    *(
        "imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate,viewCount,importDate\n",
        '"',
        ",",
        ";",
        "\n",
        "\t",
    ),
    *("Saturday June 4,2022 12:11 PM GMT", "yes", "IMG_1.JPG", "\0", "é", "\ufeff", "x" * 300, " " * 50),
)
REPEATS = (1, 1, 1, 2, 5, 300)

Read = Callable[[bytes], object]


def nested(pieces: tuple[str, ...], chance: random.Random) -> bytes:
    """A text of a grammar's pieces, in the wrong order and too many of them."""
    parts = (chance.choice(pieces) * chance.choice(REPEATS) for _ in range(chance.randrange(1, 60)))
    return "".join(parts).encode(chance.choice(("utf-8", "utf-8", "utf-16", "latin-1")), "replace")


def photo(name: str) -> Read:
    def read(data: bytes) -> None:
        media_type = recognise(data[:HEAD_BYTES], name)
        if media_type is not None:
            found = read_metadata(io.BytesIO(data), media_type)
            decide(found, filename=name, modified_at=NOW, zone=UTC, now=NOW).isoformat()

    return read


def refusing(read: Read, refusal: type[Exception]) -> Read:
    def reading(data: bytes) -> None:
        with suppress(refusal):
            read(data)

    return reading


TEXTS: tuple[tuple[str, tuple[str, ...], Read], ...] = (
    ("xmp", XMP_PIECES, photo("a.xmp")),
    ("sidecar", XMP_PIECES, refusing(read_xmp, UnreadableSidecar)),
    ("takeout", JSON_PIECES, refusing(read_takeout_json, UnreadableJson)),
    ("json", JSON_PIECES, refusing(read_json, UnreadableSidecar)),
    ("csv", CSV_PIECES, refusing(read_details, UnreadableCsv)),
)


def one(chance: random.Random, files: dict[str, bytes], names: list[str]) -> tuple[str, bytes, Read]:
    """An input, and who reads it: three of four are damaged files."""
    if chance.randrange(4) == 0:
        name, pieces, read = chance.choice(TEXTS)
        return name, nested(pieces, chance), read
    name = chance.choice(names)
    data = bytearray(files[name])
    for _ in range(chance.choice((1, 1, 2, 3))):
        data = chance.choice(DAMAGES)(data, chance) if data else data
    if chance.randrange(50) == 0:
        data += data[: chance.randrange(len(data) + 1)] * chance.randrange(200)
    return name, bytes(data), photo(name)


def limit_memory() -> None:
    """From now on no more than ``MOST_BYTES`` and the largest input on top of what the interpreter has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MOST_BYTES + 2 * 200 * SAMPLE_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def resident(field: str) -> int:
    """Bytes of this process in memory: ``VmRSS`` now, ``VmHWM`` at most since ``forget_peak`` (proc_pid_status(5))."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{field}:")[2].split()[0]) * 1024


def forget_peak() -> None:
    """Begin to measure the peak anew (proc_pid_clear_refs(5))."""
    Path("/proc/self/clear_refs").write_text("5")


def main(seed: int, inputs: int, samples: Path | None) -> None:
    files = whole_files()
    if samples is not None:
        paths = sorted(path for path in samples.rglob("*") if path.is_file())
        files |= {path.name: path.read_bytes()[:SAMPLE_BYTES] for path in paths}
    names = sorted(files)
    for number in range(200):  # whatever is imported on first use
        _, data, read = one(random.Random(f"warm {number}"), files, names)
        read(data)
    limit_memory()
    started_with = resident("VmRSS")
    worst, slowest = 0.0, ""
    most, largest = 0, ""
    for number in range(inputs):
        name, data, read = one(random.Random(f"{seed} {number}"), files, names)
        forget_peak()
        before = resident("VmRSS")  # with the input, which may be 50 MB itself
        began = time.process_time()
        try:
            read(data)
        except BaseException as error:
            raise SystemExit(f"input {number} of seed {seed} ({name}, {len(data)} bytes): {error!r}") from error
        seconds = time.process_time() - began
        if seconds > worst:
            worst, slowest = seconds, f"{number}: {name}"
        taken = resident("VmHWM") - before
        if taken > most:
            most, largest = taken, f"{number}: {name}"
    del data
    print(
        json.dumps(
            {
                "inputs": inputs,
                "seconds": worst,
                "slowest": slowest,
                "bytes": most,
                "largest": largest,
                "left": resident("VmRSS") - started_with,
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
