"""A generated Takeout with every known trap: each medium has its JSON, its values and its album, or stays out."""

import random
from collections.abc import Callable
from pathlib import PurePosixPath

import pytest
from support.takeout.corpus import corpus
from support.takeout.maker import Corpus

from photobak.client.imports.facts import Facts
from photobak.client.imports.takeout.catalogue import Catalogue, TakeoutFile, catalogue
from photobak.client.imports.takeout.folders import Location, missing_parts, unpacked_takeout
from photobak.client.imports.takeout.metadata_json import AlbumFacts, UnreadableJson, read_json

CORPUS = corpus()
Place = Callable[[str], tuple[str, str]]
"""Where a file of the corpus lies: archive, and path in it."""


def in_one_zip(path: str) -> tuple[str, str]:
    return "takeout-20240719T011900Z-001.zip", path


class Read:
    """A catalogue of the corpus, by the corpus' own paths."""

    def __init__(self, made: Corpus, place: Place = in_one_zip, order: random.Random | None = None) -> None:
        placed = {path: place(path) for path in made.files}
        archives = sorted({archive for archive, _ in placed.values()})
        paths = sorted(placed)
        if order:
            order.shuffle(paths)
            order.shuffle(archives)
        self.path_of: dict[TakeoutFile, str] = {}
        documents: dict[TakeoutFile, Facts | AlbumFacts | None] = {}
        self.illegible: set[str] = set()
        for number, path in enumerate(paths):
            archive, inside = placed[path]
            file = TakeoutFile(archives.index(archive), number, Location.of(archive, inside))
            self.path_of[file] = path
            if file.is_json:
                try:
                    documents[file] = read_json(made.files[path])
                except UnreadableJson:
                    self.illegible.add(path)
        self.catalogue: Catalogue = catalogue(self.path_of, documents)
        self.media = {self.path_of[medium.file]: medium for medium in self.catalogue.media}
        self.left_out = {self.path_of[file]: reason for file, reason in self.catalogue.left_out.items()}


READ = Read(CORPUS)


def test_there_are_more_than_sixty_kinds_of_trap() -> None:
    assert len(set(CORPUS.kinds)) == len(CORPUS.kinds) >= 60


@pytest.mark.parametrize("kind", CORPUS.kinds)
def test_each_trap_is_seen_through(kind: str) -> None:
    for path, expected in CORPUS.expected.items():
        if expected.kind == kind:
            assert_as_expected(READ, path)


def assert_as_expected(read: Read, path: str) -> None:
    expected, medium = CORPUS.expected[path], read.media[path]
    assert (medium.facts is not None) == (expected.json is not None), path
    assert medium.relation == expected.relation, path
    assert (medium.of and read.path_of[medium.of]) == expected.of, path
    title = read.catalogue.albums[medium.album].title if medium.album else None
    assert title == expected.album, path
    if expected.json is not None:
        assert medium.facts == read_json(CORPUS.files[expected.json]), path
        assert {name: getattr(medium.facts, name) for name in expected.facts} == expected.facts, path


def test_nothing_else_is_imported_and_all_the_rest_has_its_reason() -> None:
    assert set(READ.media) == set(CORPUS.expected)
    assert set(READ.left_out) == set(CORPUS.left_out)
    assert all(word in READ.left_out[path] for path, word in CORPUS.left_out.items())
    assert READ.illegible == CORPUS.illegible
    assert {READ.path_of[file] for file in READ.catalogue.jsons_without_medium} == CORPUS.jsons_without_medium


def spread(path: str) -> tuple[str, str]:
    return f"takeout-20240719T011900Z-3-{sum(path.encode()) % 5 + 1:03}.zip", path


def renamed(path: str) -> tuple[str, str]:
    return f"part {sum(path.encode()) % 5}.zip", path


def half_renamed(path: str) -> tuple[str, str]:
    return (spread if sum(path.encode()) % 2 else renamed)(path)


def unpacked(path: str) -> tuple[str, str]:
    return "/home/ann/Downloads/Takeout", path.removeprefix("Takeout/")


def nested(path: str) -> tuple[str, str]:
    return "/home/ann/Takeout", f"takeout-20240719T011900Z-{sum(path.encode()) % 3 + 1:03}/{path}"


def in_french(path: str) -> tuple[str, str]:
    return "takeout-20240719T011900Z-001.tgz", path.replace("Google Photos", "Google Bilder och annat")


@pytest.mark.parametrize("place", [spread, renamed, half_renamed, unpacked, nested, in_french])
@pytest.mark.parametrize("seed", [1, 2])
def test_neither_parts_nor_their_order_nor_folders_make_a_difference(place: Place, seed: int) -> None:
    read = Read(CORPUS, place, random.Random(seed))
    assert set(read.media) == set(CORPUS.expected)
    for path in CORPUS.expected:
        assert_as_expected(read, path)
    assert {read.path_of[file] for file in read.catalogue.jsons_without_medium} == CORPUS.jsons_without_medium


def test_exports_that_share_names_are_not_mixed() -> None:
    made = Corpus()
    names = ("IMG_1.jpg", "IMG_1.jpg.json")
    for title in ("one", "two"):
        for name in names:
            text = (
                f'{{"title": "IMG_1.jpg", "description": "{title}", "photoTakenTime": {{"timestamp": "1600000000"}}}}'
            )
            made.files[f"{title}/{name}"] = text.encode()

    def place(path: str) -> tuple[str, str]:
        export, name = path.split("/")
        day = {"one": "20240101", "two": "20250101"}[export]
        return f"takeout-{day}T000000Z-001.zip", f"Takeout/Google Photos/Photos from 2020/{name}"

    read = Read(made, place)
    described = {path: medium.facts.description for path, medium in read.media.items() if medium.facts}
    assert described == {"one/IMG_1.jpg": "one", "two/IMG_1.jpg": "two"}


def test_missing_parts_are_told_by_the_numbers_of_the_others() -> None:
    there = ["takeout-20240719T011900Z-002.zip", "takeout-20240719T011900Z-004.zip", "photos.zip"]
    assert missing_parts(there) == {"20240719T011900Z": (1, 3)}
    assert missing_parts(["takeout-20240719T011900Z-1-001.zip"]) == {}


@pytest.mark.parametrize(
    ("json", "root"),
    [
        ("/p/Takeout/Google Photos/Photos from 2021/a.jpg.json", "/p/Takeout"),
        ("/takeout-20240719T011900Z-001/Google Fotos/Sommer/Metadaten.json", "/takeout-20240719T011900Z-001"),
        ("/p/Google Photos/print-subscriptions.json", "/p/Google Photos"),
        ("/p/mine/Fotos von 2015/a.jpg.json", "/p/mine"),
        ("/p/mine/a.jpg.json", None),
    ],
)
def test_an_unpacked_takeout_is_known_by_its_folders(json: str, root: str | None) -> None:
    assert unpacked_takeout(PurePosixPath(json)) == (PurePosixPath(root) if root else None)
