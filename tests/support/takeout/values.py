"""Traps of values: times, places, people, texts, and JSONs that are none."""

import json
from datetime import UTC, datetime

from support.takeout.maker import NOON, Expected, Maker, trap


@trap
def times_before_1970(maker: Maker) -> None:
    taken = datetime(1923, 4, 5, 6, 7, 8, tzinfo=UTC)
    maker.photo("scan.jpg", facts={"taken": taken}, photoTakenTime={"timestamp": str(int(taken.timestamp()))})


@trap
def times_that_are_none(maker: Maker) -> None:
    timestamps: list[object] = ["0", 0, "", "yesterday", "1e999", "999999999999", "-99999999999", "9" * 5000]
    timestamps += [None, [], True]
    for timestamp in timestamps:
        maker.photo("IMG_1.jpg", facts={"taken": None}, photoTakenTime={"timestamp": timestamp})
    maker.photo("IMG_1.jpg", facts={"taken": None}, photoTakenTime="7 juin 2021")


@trap
def times_as_numbers(maker: Maker) -> None:
    maker.photo("IMG_1.jpg", photoTakenTime={"timestamp": int(NOON.timestamp())})


@trap
def formatted_times_are_never_read(maker: Maker) -> None:
    formatted = {"timestamp": str(int(NOON.timestamp())), "formatted": "31 déc. 1999, 23:59:59 UTC"}
    maker.photo("IMG_1.jpg", photoTakenTime=formatted)


def _at(latitude: object, longitude: object) -> dict[str, object]:
    return {"latitude": latitude, "longitude": longitude, "altitude": 0.0}


@trap
def places_of_a_person_and_of_the_file(maker: Maker) -> None:
    maker.photo("a.jpg", geoData=_at(46.2, 6.1), facts={"latitude": 46.2, "longitude": 6.1})
    maker.photo("b.jpg", geoDataExif=_at(-33.9, 18.4), facts={"latitude": -33.9, "longitude": 18.4})
    person, file = _at(46.2, 6.1), _at(-33.9, 18.4)
    maker.photo("c.jpg", geoData=person, geoDataExif=file, facts={"latitude": 46.2, "longitude": 6.1})
    maker.photo("d.jpg", geoData=_at(0.0, 6.1), facts={"latitude": 0.0, "longitude": 6.1})


@trap
def places_that_are_none(maker: Maker) -> None:
    for place in (_at(0.0, 0.0), _at(91.0, 0.0), _at(1.0, 181.0), _at("46", "6"), _at(None, 1.0), _at(True, True), "x"):
        maker.photo("IMG_1.jpg", geoData=place, facts={"latitude": None, "longitude": None})


@trap
def favourites(maker: Maker) -> None:
    maker.photo("a.jpg", favorited=True, facts={"favorite": True})
    maker.photo("b.jpg", favorited="yes", facts={"favorite": False})


@trap
def archived_photos(maker: Maker) -> None:
    maker.photo("a.jpg", archived=True, facts={"archived": True})


@trap
def people(maker: Maker) -> None:
    named = [{"name": "Ann"}, {"name": "Боб"}, {"name": ""}, {}, "x", {"name": 7}, {"name": " Ann "}]
    maker.photo("a.jpg", people=named, facts={"people": frozenset({"Ann", "Боб"})})


@trap
def a_partners_photos(maker: Maker) -> None:
    origin: dict[str, object] = {"fromPartnerSharing": {}}
    maker.photo("a.jpg", googlePhotosOrigin=origin, facts={"from_partner": True})


@trap
def descriptions(maker: Maker) -> None:
    for text in ("two\nlines", "œuvre — «là»", "家族 👨‍👩‍👧", 'tab\tand "quotes" <b>'):
        maker.photo("a.jpg", description=text, facts={"description": text})
    maker.photo("b.jpg", description="nul\0bell\a", facts={"description": "nul bell"})
    maker.photo("c.jpg", description=["no", "text"], facts={"description": ""})


@trap
def lone_surrogates(maker: Maker) -> None:
    document = maker.describe("a.jpg").replace(b'"description": ""', b'"description": "half \\ud83d a smile"')
    maker.photo("a.jpg", document=document, facts={"description": "half \ufffd a smile"})


@trap
def broken_utf_8(maker: Maker) -> None:
    document = maker.describe("a.jpg").replace(b'"description": ""', b'"description": "caf\xe9"')
    maker.photo("a.jpg", document=document, facts={"description": "caf\ufffd"})


@trap
def other_encodings(maker: Maker) -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-32"):
        document = maker.describe("a.jpg", description="là").decode().encode(encoding)
        maker.photo("a.jpg", document=document, facts={"description": "là"})


@trap
def jsons_that_are_none(maker: Maker) -> None:
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
def jsons_of_other_types(maker: Maker) -> None:
    for number, content in enumerate((b"null", b"true", b"7", b'"text"', b"[1]", b'{"title": 7}', b"{}")):
        maker.leave_out(f"{maker.folder}/{number}.jpg.json", "JSON", content)


@trap
def jsons_of_2017(maker: Maker) -> None:
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
