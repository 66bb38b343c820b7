"""Puts files where Google would put them, by Google's rules, and notes what is to be found out about each.

The rules are Google's, as far as others have found them out; they are written down here once more, apart from the code
under test. Each kind of trap has a folder of its own, so that none helps another.
"""

import json
import struct
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from support.photo_files import dated, jpeg, movie, segment

ROOT = "Takeout/Google Photos"
YEAR = "Photos from 2021"
FORBIDDEN = '/\\:*?"<>|&%'
NOON = datetime(2021, 6, 7, 12, tzinfo=UTC)
QUICKTIME = 2_082_844_800
"""Seconds from 1904 to 1970."""


@dataclass(frozen=True)
class Expected:
    """What is to be known of a medium."""

    kind: str
    json: str | None = None
    """Path of the JSON that describes it."""
    relation: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Fields of ``Facts``, those that the trap is about."""
    album: str | None = None
    of: str | None = None
    """Path of the still or the original."""


@dataclass
class Corpus:
    """Files by their path, and what is expected of them."""

    files: dict[str, bytes] = field(default_factory=dict)
    expected: dict[str, Expected] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    """Path → a word of the reason."""
    jsons_without_medium: set[str] = field(default_factory=set)
    illegible: set[str] = field(default_factory=set)
    kinds: list[str] = field(default_factory=list)


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def google_cut(text: str, length: int) -> str:
    """The shortest beginning of at least ``length`` units; all of it where it is shorter."""
    for end in range(len(text) + 1):
        if units(text[:end]) >= length:
            return text[:end]
    return text


class Maker:
    """Puts files where Google would put them."""

    def __init__(self) -> None:
        self.corpus = Corpus()
        self.kind = ""
        self.number = 0
        self._taken: defaultdict[str, set[str]] = defaultdict(set)

    def begin(self, kind: str) -> None:
        self.kind = kind
        self.corpus.kinds.append(kind)

    @property
    def folder(self) -> str:
        """The trap's own year."""
        return f"{ROOT}/Photos from {1900 + self.corpus.kinds.index(self.kind)}"

    def content(self, extension: str = ".jpg", taken: datetime | None = NOON) -> bytes:
        """Bytes that no other file has."""
        self.number += 1
        mark = struct.pack(">I", self.number)
        if extension.lower() in (".mp4", ".mov", ".mp", ".mv", ".mp~2"):
            return (
                movie(brand=b"mp42", created=int(NOON.timestamp()) + QUICKTIME) + struct.pack(">I", 12) + b"free" + mark
            )
        block = dated(taken.strftime("%Y:%m:%d %H:%M:%S")) if taken else None
        return jpeg(block, before=segment(0xFE, mark))

    def describe(self, title: str, **changes: object) -> bytes:
        """A photo's JSON as Google writes it."""
        document: dict[str, Any] = {
            "title": title,
            "description": "",
            "imageViews": "3",
            "creationTime": {"timestamp": "1623100000", "formatted": "7 juin 2021, 21:06:40 UTC"},
            "photoTakenTime": {"timestamp": str(int(NOON.timestamp())), "formatted": "7 juin 2021, 12:00:00 UTC"},
            "geoData": {"latitude": 0.0, "longitude": 0.0, "altitude": 0.0, "latitudeSpan": 0.0, "longitudeSpan": 0.0},
            "url": "https://photos.google.com/photo/x",
        }
        return json.dumps(document | changes, ensure_ascii=False).encode("utf-8", "surrogatepass")

    def name(self, folder: str, base: str, extension: str) -> str:
        """A name that is free in its folder."""
        for number in range(10_000):
            name = f"{base}{f'({number})' if number else ''}{extension}"
            if name not in self._taken[folder]:
                self._taken[folder].add(name)
                return name
        raise AssertionError("no free name")

    def json_name(self, folder: str, title: str, style: str = "new") -> str:
        written = "".join("_" if each in FORBIDDEN else each for each in title)
        supplement = ".supplemental-metadata" if style == "new" else ""
        return self.name(folder, google_cut(written + supplement, 46), ".json")

    def medium_name(self, folder: str, title: str, extension: str | None = None) -> str:
        written = "".join("_" if each in FORBIDDEN else each for each in title)
        stem, dot, last = written.rpartition(".")
        own = dot + last if dot else ""
        return self.name(folder, google_cut(stem if dot else written, 47), own if extension is None else extension)

    def photo(
        self,
        title: str,
        *,
        style: str = "new",
        folder: str | None = None,
        extension: str | None = None,
        content: bytes | None = None,
        album: str | None = None,
        document: bytes | None = None,
        facts: Mapping[str, Any] | None = None,
        **changes: object,
    ) -> str:
        """A photo beside its JSON; gives the photo's path."""
        folder = folder or self.folder
        medium = f"{folder}/{self.medium_name(folder, title, extension)}"
        described = f"{folder}/{self.json_name(folder, title, style)}"
        self.corpus.files[described] = self.describe(title, **changes) if document is None else document
        self.put(medium, Expected(self.kind, described, "own", facts or {"taken": NOON}, album), content)
        return medium

    def put(self, path: str, expected: Expected, content: bytes | None = None) -> str:
        """A medium by itself."""
        self._taken[path.rpartition("/")[0]].add(path.rpartition("/")[2])
        extension = path[path.rfind(".") :] if "." in path.rpartition("/")[2] else ".mp4"
        self.corpus.files[path] = self.content(extension) if content is None else content
        self.corpus.expected[path] = expected
        return path

    def pair(self, path: str, described: str, title: str, relation: str = "own") -> str:
        """A medium and the JSON that describes it, whose names need not agree."""
        self.corpus.files[described] = self.describe(title)
        return self.put(path, Expected(self.kind, described, relation))

    def follower(self, of: str, name: str, relation: str) -> str:
        """A medium that has the JSON of another one."""
        led = self.corpus.expected[of]
        path = f"{of.rpartition('/')[0]}/{name}"
        return self.put(path, Expected(self.kind, led.json, relation, led.facts, led.album, of))

    def album(self, folder: str, document: object, name: str = "metadata.json") -> str:
        path = f"{ROOT}/{folder}"
        self.corpus.files[f"{path}/{name}"] = json.dumps(document, ensure_ascii=False).encode()
        return path

    def leave_out(self, path: str, reason: str, content: bytes | None = None) -> str:
        self.corpus.files[path] = self.content() if content is None else content
        self.corpus.left_out[path] = reason
        return path


Trap = Callable[[Maker], object]
TRAPS: list[Trap] = []


def trap(make: Trap) -> Trap:
    TRAPS.append(make)
    return make
