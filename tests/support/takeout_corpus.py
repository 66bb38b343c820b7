"""A Google Takeout with every known trap, made from rules: files, and what is to be found out about each.

The rules are Google's, as far as others have found them out; they are written down here once more, apart from the code
under test. Each kind of trap has a folder of its own, so that none helps another.
"""
# ruff: noqa: RUF001 - names in other alphabets

import io
import json
import random
import struct
import tarfile
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
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


def corpus() -> Corpus:
    """All kinds of trap, once each."""
    maker = _Maker()
    for trap in TRAPS:
        maker.begin(trap.__name__)
        trap(maker)
    return maker.corpus


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def google_cut(text: str, length: int) -> str:
    """The shortest beginning of at least ``length`` units; all of it where it is shorter."""
    for end in range(len(text) + 1):
        if units(text[:end]) >= length:
            return text[:end]
    return text


class _Maker:
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


Trap = Callable[[_Maker], object]
TRAPS: list[Trap] = []


def trap(make: Trap) -> Trap:
    TRAPS.append(make)
    return make


# Names of JSONs


@trap
def new_style(maker: _Maker) -> None:
    maker.photo("IMG_1159.HEIC")


@trap
def new_style_with_its_supplement_cut(maker: _Maker) -> None:
    maker.photo("PXL_20241231_151646544.MP.jpg")


@trap
def new_style_cut_to_a_dot(maker: _Maker) -> None:
    maker.photo("PXL_20211120_223243932.MOTION-02.ORIGINAL.jpg")


@trap
def new_style_cut_inside_of_the_extension(maker: _Maker) -> None:
    maker.photo("PXL_20240506_142610305.LONG_EXPOSURE-01.COVER.jpg")


@trap
def old_style(maker: _Maker) -> None:
    maker.photo("IMG_20190102_030405.jpg", style="old")


@trap
def old_style_cut_inside_of_the_extension(maker: _Maker) -> None:
    maker.photo("Urlaub in Knaufspesch in der Schneifel (38).JPG", style="old")


@trap
def old_style_cut_before_the_extension(maker: _Maker) -> None:
    maker.photo("PXL_20230809_203449253.LONG_EXPOSURE-02.ORIGINAL.jpg", style="old")


@trap
def both_styles_in_one_folder(maker: _Maker) -> None:
    maker.photo("IMG_1.jpg", style="old")
    maker.photo("IMG_2.jpg", style="new")


@trap
def both_styles_for_one_photo(maker: _Maker) -> None:
    path = maker.photo("IMG_1.jpg", style="new")
    maker.corpus.files[f"{maker.folder}/IMG_1.jpg.json"] = maker.describe("IMG_1.jpg")
    assert path


@trap
def json_names_of_53_characters(maker: _Maker) -> None:
    title = "Screenshot_2024-08-31-00-53-48-647_com.snapchat.android.jpg"
    path = f"{maker.folder}/{title[:47]}.jpg"
    described = f"{maker.folder}/{title[:53]}.json"
    maker.corpus.files[described] = maker.describe(title)
    maker.put(path, Expected(maker.kind, described, "own"))


@trap
def emoji_count_twice(maker: _Maker) -> None:
    maker.photo("😀😃😄😁😆😅😂🤣🥲☺️😊😇🙂🙃😉😌😍🥰😘😗😙😚😋😛😝😜🤪🤨🧐.jpg", style="old")
    maker.photo("a😀😃😄😁😆😅😂🤣🥲☺️😊😇🙂🙃😉😌😍🥰😘😗😙😚😋😛😝😜🤪🤨🧐.jpg", style="new")


@trap
def composed_and_decomposed_names(maker: _Maker) -> None:
    folder = maker.folder
    described = f"{folder}/{unicodedata.normalize('NFC', 'Café à Genève.jpg')}.supplemental-metadata.json"
    maker.corpus.files[described] = maker.describe("Café à Genève.jpg")
    path = f"{folder}/{unicodedata.normalize('NFD', 'Café à Genève.jpg')}"
    maker.put(path, Expected(maker.kind, described, "own"))


@trap
def decomposed_names_are_cut_where_they_are_longer(maker: _Maker) -> None:
    maker.photo(unicodedata.normalize("NFD", "Élève préféré à l'école près de la forêt.jpg"))


@trap
def characters_that_windows_forbids(maker: _Maker) -> None:
    maker.photo("27/06/12 - 1.mov", extension=".mov")
    maker.photo('What? <no>: "yes" | a*b & c%.jpg')


@trap
def dots_inside_of_names(maker: _Maker) -> None:
    maker.photo("IMG2021021.json74722.jpg", style="old")
    maker.photo("2024.01.02 at 03.04.05.jpg")


# Numbers


@trap
def moved_numbers_of_the_new_style(maker: _Maker) -> None:
    for hour in range(3):
        taken = NOON + timedelta(hours=hour)
        maker.photo(
            "IMG_3479.JPG",
            facts={"taken": taken},
            photoTakenTime={"timestamp": str(int(taken.timestamp()))},
        )


@trap
def moved_numbers_of_the_old_style(maker: _Maker) -> None:
    for _ in range(3):
        maker.photo("IMG_3479.JPG", style="old")


@trap
def numbers_that_belong_to_the_name(maker: _Maker) -> None:
    maker.photo("skytree (2).jpg")
    maker.photo("skytree.jpg")


@trap
def brackets_inside_of_names(maker: _Maker) -> None:
    for _ in range(2):
        maker.photo("IMG2021021(4455)74722.jpg", style="old")


@trap
def numbers_before_numbers(maker: _Maker) -> None:
    for _ in range(2):
        maker.photo("Negative0-36-35(1).jpg")


@trap
def numbers_in_place(maker: _Maker) -> None:
    maker.photo("IMG_1234(3).jpg", style="old")


@trap
def numbers_after_cuts(maker: _Maker) -> None:
    for _ in range(3):
        maker.photo("13039_327707840323_537645323_9470255_27214_n.jpg", style="old")


@trap
def many_titles_that_begin_alike(maker: _Maker) -> None:
    for number in range(1, 13):
        title = f"Backyard_ceremony_wedding_photography_xxxxxxx_magnoliastudios-{number}.jpg"
        maker.photo(title, style="old", description=title, facts={"description": title})


@trap
def titles_that_differ_in_their_47th_character(maker: _Maker) -> None:
    for last in "ABAB":
        title = f"Backyard_ceremony_wedding_photography_xxxxxxx_{last}nd so on {maker.number}.jpg"
        maker.photo(title, description=title, facts={"description": title})


@trap
def long_titles_that_differ_in_their_extension(maker: _Maker) -> None:
    for extension in ("jpg", "heic", "png"):
        title = f"Backyard_ceremony_wedding_photography_xxxxxxx_magnolia.{extension}"
        maker.photo(title, description=title, facts={"description": title})


@trap
def one_json_for_several(maker: _Maker) -> None:
    title = "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_PXL_20220516_164814158.jpg"
    path = maker.photo(title, style="old")
    described = maker.corpus.expected[path].json
    copy = path.replace("_P.jpg", "_P(1).jpg")
    maker.put(copy, Expected(maker.kind, described, "shared"))


@trap
def a_number_whose_json_is_missing_gets_no_other(maker: _Maker) -> None:
    maker.photo("DSC_0104.JPG", style="old")
    maker.put(f"{maker.folder}/DSC_0104(1).JPG", Expected(maker.kind))


# Extensions


@trap
def uploaded_without_extension(maker: _Maker) -> None:
    maker.photo("20030616", style="old", extension=".jpg")
    maker.photo("Peanut Butter Balls", extension=".jpg")


@trap
def long_and_uploaded_without_extension(maker: _Maker) -> None:
    maker.photo("PXL_20241216_151429988-CINEMATIC_MOMENT_VIDEO", extension=".mp4")


@trap
def extensions_in_the_other_case(maker: _Maker) -> None:
    described = f"{maker.folder}/IMG_1234.jpg.json"
    maker.corpus.files[described] = maker.describe("IMG_1234.jpg")
    maker.put(f"{maker.folder}/IMG_1234.JPG", Expected(maker.kind, described, "own"))


@trap
def wrong_extensions(maker: _Maker) -> None:
    maker.photo("IMG_0001.HEIC", content=maker.content(".jpg"))


@trap
def another_extension_than_the_title_has(maker: _Maker) -> None:
    described = f"{maker.folder}/lp_image.jpg.supplemental-metadata.json"
    maker.corpus.files[described] = maker.describe("lp_image.jpg")
    maker.put(f"{maker.folder}/lp_image.jpeg", Expected(maker.kind, described, "own"))


@trap
def three_files_of_one_stem(maker: _Maker) -> None:
    for extension in ("jpg", "png", "gif"):
        maker.photo(f"image000000.{extension}", style="old")


# Versions

SUFFIXES = (
    *("-edited", "-bearbeitet", "-modifié", "-modificato", "-bewerkt", "-edytowane", "-ha editado", "-editado"),
    *("-editat", "-編集済み", "-编辑", "-effects", "-smile", "-mix", "-EFFECTS", "-COLLAGE", "-ANIMATION", "-MOTION"),
)


def _version(suffix: str) -> Trap:
    def make(maker: _Maker) -> None:
        original = maker.photo(
            "IMG_20210607.jpg", description="of the original", facts={"description": "of the original"}
        )
        maker.follower(original, f"IMG_20210607{suffix}.jpg", "version")

    make.__name__ = f"version{suffix}"
    return make


for _suffix in SUFFIXES:
    trap(_version(_suffix))


@trap
def numbered_versions(maker: _Maker) -> None:
    for number in ("", "(1)"):
        original = maker.photo("20220322_205147.jpg")
        maker.follower(original, f"20220322_205147-edited{number}.jpg", "version")


@trap
def versions_with_the_number_before(maker: _Maker) -> None:
    maker.photo("20220322_205147.jpg")
    original = maker.photo("20220322_205147.jpg")
    maker.follower(original, "20220322_205147(1)-bearbeitet.jpg", "version")


@trap
def versions_in_another_format(maker: _Maker) -> None:
    original = maker.photo("IMG_0001.HEIC")
    maker.follower(original, "IMG_0001-edited.jpg", "version")


@trap
def versions_in_decomposed_unicode(maker: _Maker) -> None:
    original = maker.photo("PXL_20220405_090123740.PORTRAIT.jpg")
    name = unicodedata.normalize("NFD", "PXL_20220405_090123740.PORTRAIT-modifié.jpg")
    maker.follower(original, name, "version")


@trap
def versions_whose_suffix_is_cut(maker: _Maker) -> None:
    title = "123456789123456789123456789123456_DSCN0091.JPG"
    original = maker.photo(title)
    maker.follower(original, google_cut(title[:-4] + "-ha editado", 47) + ".JPG", "version")


@trap
def versions_whose_suffix_is_cut_to_a_dash(maker: _Maker) -> None:
    title = "123456789123456789123456789123456789_123456789.JPG"
    original = maker.photo(title)
    maker.follower(original, google_cut(title[:-4] + "-edited", 47) + ".JPG", "version")


@trap
def versions_cut_inside_of_a_decomposed_character(maker: _Maker) -> None:
    title = unicodedata.normalize("NFD", "1234567891234567891234567891234567891234.jpg")
    original = maker.photo(title)
    maker.follower(original, google_cut(title[:-4] + unicodedata.normalize("NFD", "-modifié"), 47) + ".jpg", "version")


@trap
def creations_with_a_json_of_their_own(maker: _Maker) -> None:
    maker.photo("IMG_20210607.jpg")
    maker.photo("IMG_20210607-COLLAGE.jpg", description="own", facts={"description": "own"})


@trap
def versions_whose_original_is_in_no_part(maker: _Maker) -> None:
    described = f"{maker.folder}/IMG_1.jpg.supplemental-metadata.json"
    maker.corpus.files[described] = maker.describe("IMG_1.jpg")
    maker.put(f"{maker.folder}/IMG_1-edited.jpg", Expected(maker.kind, described, "version"))


# Motion and Live Photos


@trap
def motion_photos(maker: _Maker) -> None:
    still = maker.photo("PXL_20221228_185930354.MP.jpg")
    maker.follower(still, "PXL_20221228_185930354.MP", "motion")


@trap
def motion_photos_that_were_edited(maker: _Maker) -> None:
    for mark in ("MP", "MP~2"):
        still = maker.photo(f"PXL_20210102_221126856.{mark}.jpg", style="old")
        maker.follower(still, f"PXL_20210102_221126856.{mark}", "motion")


@trap
def motion_photos_of_other_makers(maker: _Maker) -> None:
    still = maker.photo("00000IMG_00000_BURST20190101.MV.jpg")
    maker.follower(still, "00000IMG_00000_BURST20190101.MV", "motion")


@trap
def motion_photos_without_extension(maker: _Maker) -> None:
    still = maker.photo("MVIMG_20190101_010203.jpg")
    maker.follower(still, "MVIMG_20190101_010203", "motion")


@trap
def numbered_motion_photos(maker: _Maker) -> None:
    for number in ("", "(1)"):
        still = maker.photo("PXL_20221228_185930354.MP.jpg")
        maker.follower(still, f"PXL_20221228_185930354{number}.MP", "motion")


@trap
def live_photos(maker: _Maker) -> None:
    still = maker.photo("IMG_4573.HEIC")
    maker.follower(still, "IMG_4573.MP4", "motion")


@trap
def numbered_live_photos(maker: _Maker) -> None:
    for number in ("", "(1)"):
        still = maker.photo("IMG_0769.HEIC")
        maker.follower(still, f"IMG_0769{number}.mp4", "motion")


@trap
def two_live_photos_of_one_name(maker: _Maker) -> None:
    heic, jpg = maker.photo("IMG_2552.HEIC"), maker.photo("IMG_2552.JPG")
    maker.follower(heic, "IMG_2552.MP4", "motion")
    maker.follower(jpg, "IMG_2552(1).MP4", "motion")


@trap
def live_photos_whose_still_is_in_no_part(maker: _Maker) -> None:
    described = f"{maker.folder}/IMG_5.HEIC.json"
    maker.corpus.files[described] = maker.describe("IMG_5.HEIC")
    maker.put(f"{maker.folder}/IMG_5.MP4", Expected(maker.kind, described, "motion"))


@trap
def videos_with_a_json_of_their_own(maker: _Maker) -> None:
    maker.photo("IMG_7.JPG")
    maker.photo("IMG_7.MOV")


# Folders


@trap
def copies_in_albums(maker: _Maker) -> None:
    content = maker.content()
    maker.photo("IMG_8172.jpg", content=content)
    for title in ("Summer", "Best of"):
        folder = maker.album(title, {"title": title, "description": f"of {title}", "access": "protected"})
        maker.photo("IMG_8172.jpg", folder=folder, content=content, album=title)


@trap
def photos_in_an_album_alone(maker: _Maker) -> None:
    folder = maker.album("Shared with me", {"title": "Shared with me"})
    maker.photo("IMG_1.jpg", folder=folder, album="Shared with me")


@trap
def titles_that_folders_cannot_have(maker: _Maker) -> None:
    folder = maker.album("Oud Album_7$#_", {"title": "Oud Album'7$#%", "description": ""})
    maker.photo("IMG_1.jpg", folder=folder, album="Oud Album'7$#%")


@trap
def albums_described_in_other_languages(maker: _Maker) -> None:
    for title, name in (
        ("Été", "métadonnées.json"),
        ("Sommer", "Metadaten.json"),
        ("Estate", "metadati.json"),
        ("夏", "メタデータ.json"),
    ):
        folder = maker.album(title, {"title": title}, name)
        maker.photo("IMG_1.jpg", folder=folder, album=title)


@trap
def albums_in_the_format_of_2017(maker: _Maker) -> None:
    folder = maker.album("Paris", {"albumData": {"title": "Paris", "description": "with Ann"}})
    maker.photo("IMG_1.jpg", folder=folder, album="Paris")


@trap
def albums_that_were_never_named(maker: _Maker) -> None:
    for name in ("Untitled(3)", "Sans titre(9)", "Unbenannt"):
        folder = maker.album(name, {"title": "", "sharedAlbumComments": [{"text": "nice"}]})
        maker.photo("IMG_1.jpg", folder=folder, album=name)


@trap
def days_are_no_albums(maker: _Maker) -> None:
    for name in ("2005-02-05", "2016-06-12 #2"):
        maker.photo("IMG_1.jpg", folder=maker.album(name, {"title": name}, "Metadaten.json"), style="old")


YEARS = (
    *("Photos from 2015", "Fotos von 2015", "Fotos de 2015", "Fotos del 2015", "Photos de 2015", "Foto da 2015"),
    *("Foto's van 2015", "2015 yılına ait fotoğraflar", "2015 年の写真", "Zdjęcia z 2015"),
)


@trap
def years_in_other_languages_are_no_albums(maker: _Maker) -> None:
    for name in YEARS:
        maker.photo("IMG_1.jpg", folder=maker.album(name, {"title": name}))


@trap
def numbered_folders_are_albums_of_their_own(maker: _Maker) -> None:
    for name in ("Trip", "Trip(1)"):
        maker.photo("IMG_1.jpg", folder=maker.album(name, {"title": "Trip"}), album="Trip")


@trap
def folders_without_album(maker: _Maker) -> None:
    maker.photo("IMG_1.jpg", folder=f"{ROOT}/Archive", archived=True, facts={"archived": True})


@trap
def the_trash(maker: _Maker) -> None:
    folder = f"{ROOT}/Papierkorb"
    medium, described = f"{folder}/IMG_1.jpg", f"{folder}/IMG_1.jpg.supplemental-metadata.json"
    maker.corpus.files[described] = maker.describe("IMG_1.jpg", trashed=True)
    maker.leave_out(medium, "trash")


@trap
def trash_in_a_language_unknown_here(maker: _Maker) -> None:
    folder = f"{ROOT}/Tempat sampah"
    maker.corpus.files[f"{folder}/IMG_1.jpg.json"] = maker.describe("IMG_1.jpg", trashed=True)
    maker.leave_out(f"{folder}/IMG_1.jpg", "trash")
    maker.leave_out(f"{folder}/IMG_2.jpg", "trash")


@trap
def trash_without_json(maker: _Maker) -> None:
    for name in ("Trash", "Corbeille", "Prullenbak"):
        maker.leave_out(f"{ROOT}/{name}/IMG_9.jpg", "trash")


@trap
def trashed_photos_in_years(maker: _Maker) -> None:
    maker.corpus.files[f"{maker.folder}/IMG_1.jpg.json"] = maker.describe("IMG_1.jpg", trashed=True)
    maker.leave_out(f"{maker.folder}/IMG_1.jpg", "trash")
    maker.leave_out(f"{maker.folder}/IMG_1-edited.jpg", "trash")
    maker.photo("IMG_2.jpg")


@trap
def what_is_no_photo(maker: _Maker) -> None:
    for name, document in (
        ("print-subscriptions.json", b'{"deliveries": []}'),
        ("user-generated-memory-titles.json", b'{"memoryTitles": []}'),
        ("titres-de-souvenirs.json", b'{"souvenirs": []}'),
        ("shared_album_comments.json", b"[]"),
    ):
        maker.leave_out(f"{ROOT}/{name}", "JSON", document)
    maker.leave_out("Takeout/archive_browser.html", "Google Photos", b"<html></html>")


@trap
def failed_videos(maker: _Maker) -> None:
    maker.leave_out(f"{ROOT}/Failed Videos/VID_1.mp4", "could not process", maker.content(".mp4"))


@trap
def pictures_of_other_products(maker: _Maker) -> None:
    maker.leave_out("Takeout/Contacts/Ann.jpg", "Google Photos")
    maker.leave_out("Takeout/Drive/Scan.jpg", "Google Photos")
    maker.leave_out("Takeout/Keep/note.json", "Google Photos", b'{"title": "Note", "textContent": "x"}')


@trap
def jsons_without_medium(maker: _Maker) -> None:
    described = f"{maker.folder}/IMG_404.jpg.supplemental-metadata.json"
    maker.corpus.files[described] = maker.describe("IMG_404.jpg", photoTakenTime={"timestamp": "1600000000"})
    maker.corpus.jsons_without_medium.add(described)


@trap
def media_without_json(maker: _Maker) -> None:
    maker.put(f"{maker.folder}/IMG_405.jpg", Expected(maker.kind))


# Values


@trap
def times_before_1970(maker: _Maker) -> None:
    taken = datetime(1923, 4, 5, 6, 7, 8, tzinfo=UTC)
    maker.photo("scan.jpg", facts={"taken": taken}, photoTakenTime={"timestamp": str(int(taken.timestamp()))})


@trap
def times_that_are_none(maker: _Maker) -> None:
    timestamps: list[object] = ["0", 0, "", "yesterday", "1e999", "999999999999", "-99999999999", "9" * 5000]
    timestamps += [None, [], True]
    for timestamp in timestamps:
        maker.photo("IMG_1.jpg", facts={"taken": None}, photoTakenTime={"timestamp": timestamp})
    maker.photo("IMG_1.jpg", facts={"taken": None}, photoTakenTime="7 juin 2021")


@trap
def times_as_numbers(maker: _Maker) -> None:
    maker.photo("IMG_1.jpg", photoTakenTime={"timestamp": int(NOON.timestamp())})


@trap
def formatted_times_are_never_read(maker: _Maker) -> None:
    formatted = {"timestamp": str(int(NOON.timestamp())), "formatted": "31 déc. 1999, 23:59:59 UTC"}
    maker.photo("IMG_1.jpg", photoTakenTime=formatted)


def _at(latitude: object, longitude: object) -> dict[str, object]:
    return {"latitude": latitude, "longitude": longitude, "altitude": 0.0}


@trap
def places_of_a_person_and_of_the_file(maker: _Maker) -> None:
    maker.photo("a.jpg", geoData=_at(46.2, 6.1), facts={"latitude": 46.2, "longitude": 6.1})
    maker.photo("b.jpg", geoDataExif=_at(-33.9, 18.4), facts={"latitude": -33.9, "longitude": 18.4})
    person, file = _at(46.2, 6.1), _at(-33.9, 18.4)
    maker.photo("c.jpg", geoData=person, geoDataExif=file, facts={"latitude": 46.2, "longitude": 6.1})
    maker.photo("d.jpg", geoData=_at(0.0, 6.1), facts={"latitude": 0.0, "longitude": 6.1})


@trap
def places_that_are_none(maker: _Maker) -> None:
    for place in (_at(0.0, 0.0), _at(91.0, 0.0), _at(1.0, 181.0), _at("46", "6"), _at(None, 1.0), _at(True, True), "x"):
        maker.photo("IMG_1.jpg", geoData=place, facts={"latitude": None, "longitude": None})


@trap
def favourites(maker: _Maker) -> None:
    maker.photo("a.jpg", favorited=True, facts={"favorite": True})
    maker.photo("b.jpg", favorited="yes", facts={"favorite": False})


@trap
def archived_photos(maker: _Maker) -> None:
    maker.photo("a.jpg", archived=True, facts={"archived": True})


@trap
def people(maker: _Maker) -> None:
    named = [{"name": "Ann"}, {"name": "Боб"}, {"name": ""}, {}, "x", {"name": 7}, {"name": " Ann "}]
    maker.photo("a.jpg", people=named, facts={"people": frozenset({"Ann", "Боб"})})


@trap
def a_partners_photos(maker: _Maker) -> None:
    origin: dict[str, object] = {"fromPartnerSharing": {}}
    maker.photo("a.jpg", googlePhotosOrigin=origin, facts={"from_partner": True})


@trap
def descriptions(maker: _Maker) -> None:
    for text in ("two\nlines", "œuvre — «là»", "家族 👨‍👩‍👧", 'tab\tand "quotes" <b>'):
        maker.photo("a.jpg", description=text, facts={"description": text})
    maker.photo("b.jpg", description="nul\0bell\a", facts={"description": "nul bell"})
    maker.photo("c.jpg", description=["no", "text"], facts={"description": ""})


@trap
def lone_surrogates(maker: _Maker) -> None:
    document = maker.describe("a.jpg").replace(b'"description": ""', b'"description": "half \\ud83d a smile"')
    maker.photo("a.jpg", document=document, facts={"description": "half \ufffd a smile"})


@trap
def broken_utf_8(maker: _Maker) -> None:
    document = maker.describe("a.jpg").replace(b'"description": ""', b'"description": "caf\xe9"')
    maker.photo("a.jpg", document=document, facts={"description": "caf\ufffd"})


@trap
def other_encodings(maker: _Maker) -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-32"):
        document = maker.describe("a.jpg", description="là").decode().encode(encoding)
        maker.photo("a.jpg", document=document, facts={"description": "là"})


@trap
def jsons_that_are_none(maker: _Maker) -> None:
    for content in (
        b"",
        b"{",
        b"\xff\xd8\xff\xe0",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"title": ' + b"9" * 5000 + b"}",
    ):
        path = f"{maker.folder}/{maker.json_name(maker.folder, 'a.jpg')}"
        maker.corpus.files[path] = content
        maker.corpus.illegible.add(path)
    maker.put(f"{maker.folder}/a.jpg", Expected(maker.kind))


@trap
def jsons_of_other_types(maker: _Maker) -> None:
    for number, content in enumerate((b"null", b"true", b"7", b'"text"', b"[1]", b'{"title": 7}', b"{}")):
        maker.leave_out(f"{maker.folder}/{number}.jpg.json", "JSON", content)


@trap
def jsons_of_2017(maker: _Maker) -> None:
    described = f"{maker.folder}/IMG_20160612_112853.jpg.json"
    document = {
        "tags": [],
        "description": "old",
        "title": "IMG_20160612_112853.jpg",
        "people": [],
        "comments": [],
        "url": "x",
    }
    maker.corpus.files[described] = json.dumps(document).encode()
    facts = {"taken": None, "description": "old"}
    maker.put(f"{maker.folder}/IMG_20160612_112853.jpg", Expected(maker.kind, described, "own", facts))


def pack(files: Mapping[str, bytes], folder: Path, parts: int, chance: random.Random) -> list[Path]:
    """Spread files over so many parts, zip and tgz by turns, in any order."""
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(files)
    chance.shuffle(names)
    paths = []
    for part in range(parts):
        ending = "tgz" if part % 2 else "zip"
        path = folder / f"takeout-20240719T011900Z-{part + 1:03}.{ending}"
        own = {name: files[name] for name in names[part::parts]}
        (_write_tgz if part % 2 else _write_zip)(path, own)
        paths.append(path)
    chance.shuffle(paths)
    return paths


def _write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def _write_tgz(path: Path, files: Mapping[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), int(NOON.timestamp())
            archive.addfile(info, io.BytesIO(content))
