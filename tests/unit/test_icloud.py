"""Apple's export of iCloud Photos: dates in many languages, parts that use the same names, albums over all parts."""

from datetime import UTC, datetime
from pathlib import PurePosixPath

import pytest

from photobak.client.imports.facts import Facts
from photobak.client.imports.icloud.catalogue import ICloudCatalogue, ICloudFile, catalogue
from photobak.client.imports.icloud.details import (
    MAX_BYTES,
    UnreadableCsv,
    parse_date,
    read_details,
    read_names,
)

HEADING = "imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate,viewCount,importDate"
ROWS = [
    'IMG_0001.HEIC,AfQj57ORF2JIumUCjO+PawZ9nqPg,yes,no,no,"Saturday June 4,2022 12:11 PM GMT",10,"Sunday June 5,2022"',
    'IMG_0002.JPG,x,no,yes,no,"Monday January 2,2023 4:05 PM GMT",0,',
    'IMG_0003.JPG,x,no,no,yes,"Monday January 2,2023 12:05 AM GMT",0,',
]
CSV = "\n".join([HEADING, *ROWS])
TAKEN = datetime(2022, 6, 4, 12, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("Saturday June 4,2022 12:11 PM GMT", TAKEN),
        ("Saturday June 4, 2022 12:11 PM GMT", TAKEN),
        ("Saturday June 18,2022 14:00 PM GMT", datetime(2022, 6, 18, 14, 0, tzinfo=UTC)),
        ("Monday January 2,2023 12:05 AM GMT", datetime(2023, 1, 2, 0, 5, tzinfo=UTC)),
        ("Samstag, 4. Juni 2022 12:11 GMT", TAKEN),
        ("samedi 4 juin 2022 12:11 UTC", TAKEN),
        ("sábado, 4 de junio de 2022 12:11 GMT", TAKEN),
        ("sabato 4 giugno 2022 12:11", TAKEN),
        ("2022-06-04 12:11:30 GMT", TAKEN.replace(second=30)),
        ("2022-06-04T12:11:00Z", TAKEN),
        ("", None),
        ("Saturday June 31,2022 12:11 PM GMT", None),
        ("Caturday Meow 4,2022 12:11 PM GMT", None),
        ("June 4,99999 12:11 PM GMT", None),
        ("x" * 100_000, None),
    ],
)
def test_dates(text: str, taken: datetime | None) -> None:
    assert parse_date(text) == taken


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_details_are_read_in_any_encoding(encoding: str, newline: str) -> None:
    first, second, third = read_details(CSV.replace("\n", newline).encode(encoding)) or ()
    assert (first.name, first.checksum) == ("IMG_0001.HEIC", "AfQj57ORF2JIumUCjO+PawZ9nqPg")
    assert first.facts == Facts(taken=TAKEN, favorite=True, archived=False)
    assert second.facts.archived is True
    assert third.facts.trashed


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_separators(delimiter: str) -> None:
    row = ["a.jpg", "x", "yes", "no", "no", '"Saturday June 4,2022 12:11 PM GMT"', "1", ""]
    data = "\n".join([HEADING.replace(",", delimiter), delimiter.join(row)]).encode()
    (detail,) = read_details(data) or ()
    assert detail.facts.taken == TAKEN


def test_dates_without_quotes_are_put_together_again() -> None:
    row = "a.jpg,x,no,no,no,Saturday June 4,2022 12:11 PM GMT,1,Sunday June 5,2022 1:00 AM GMT"
    (detail,) = read_details(f"{HEADING}\n{row}".encode()) or ()
    assert detail.facts.taken == TAKEN


def test_columns_may_come_in_another_order_and_rows_be_short() -> None:
    data = b'originalCreationDate,imgName\n"Saturday June 4,2022 12:11 PM GMT",a.jpg\n,b.jpg\n\n,\n'
    details = read_details(data) or ()
    assert [(detail.name, detail.facts.taken) for detail in details] == [("a.jpg", TAKEN), ("b.jpg", None)]
    assert details[0].facts.favorite is None


@pytest.mark.parametrize("data", [b"", b"Images\na.jpg", b"\xff\xd8\xff", b"text"])
def test_other_files_are_no_details(data: bytes) -> None:
    assert read_details(data) is None


@pytest.mark.parametrize("heading", ["Images", "imgName", "imageName"])
def test_albums_are_lists_of_names(heading: str) -> None:
    assert read_names(f"{heading}\na.jpg\nb.jpg\n\n".encode()) == ("a.jpg", "b.jpg")
    assert read_names(b"") == read_names(b"other\na.jpg") == ()


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(UnreadableCsv):
        read_details(bytes(MAX_BYTES + 1))
    with pytest.raises(UnreadableCsv):
        read_details(f"{HEADING}\n{'x' * 10_000}".encode())


def file(part: int, path: str) -> ICloudFile:
    file.number += 1  # type: ignore[attr-defined]  # a counter
    return ICloudFile(part, file.number, PurePosixPath(path))  # type: ignore[attr-defined]


file.number = 0  # type: ignore[attr-defined]


def put_together(*parts: dict[str, str]) -> tuple[ICloudCatalogue, dict[ICloudFile, str]]:
    """Parts: path → content of CSVs, empty for photos."""
    contents = {file(number, path): text for number, part in enumerate(parts) for path, text in part.items()}
    details = {each: found for each, text in contents.items() if each.is_csv and (found := read_details(text.encode()))}
    albums = {each: read_names(text.encode()) for each, text in contents.items() if each.is_album}
    names = {each: f"{each.part}:{each.path}" for each in contents}
    return catalogue(contents, details, albums), names


def row(name: str, date: str, **more: str) -> str:
    values = {"favorite": "no", "hidden": "no", "deleted": "no"} | more
    return f'{name},x,{values["favorite"]},{values["hidden"]},{values["deleted"]},"{date}",0,'


def test_parts_that_use_the_same_names_have_details_of_their_own() -> None:
    days = ("June 4,2022 12:11 PM GMT", "June 5,2022 12:11 PM GMT")
    parts = [
        {
            "iCloud Photos/Photos/IMG_0403.MOV": "",
            "iCloud Photos/Photos/Photo Details.csv": f"{HEADING}\n{row('IMG_0403.MOV', day)}",
        }
        for day in days
    ]
    found, _ = put_together(*parts)
    assert [medium.facts and medium.facts.taken and medium.facts.taken.day for medium in found.media] == [4, 5]


def test_albums_are_of_their_own_part_first_and_of_all_parts_where_a_name_is_one_files() -> None:
    found, _ = put_together(
        {"P1/Photos/a.jpg": "", "P1/Photos/b.jpg": "", "P1/Albums/Goa 2021.csv": "Images\na.jpg\nc.jpg\nd.jpg\n"},
        {
            "P2/Photos/a.jpg": "",
            "P2/Photos/c.jpg": "",
            "P2/Photos/d.jpg": "",
            "P2/Albums/Favorites.csv": "imgName\na.jpg",
        },
        {"P3/Photos/d.jpg": "", "P3/Memories/On this day.csv": "imageName\nd.jpg"},
    )
    members = [f"{medium.file.part}:{medium.file.path.name}" for medium in found.media if medium.albums]
    assert members == ["0:a.jpg", "1:c.jpg"]
    assert {title for medium in found.media for title in medium.albums} == {"Goa 2021"}
    assert found.ambiguous == ["d.jpg"]


def test_recently_deleted_stays_out() -> None:
    details = f"{HEADING}\n{row('a.jpg', 'June 4,2022 12:11 PM GMT', deleted='yes')}\n{row('z.jpg', '', deleted='yes')}"
    found, names = put_together(
        {"Photos/a.jpg": "", "Photos/b.jpg": "", "Photos/Photo Details-1.csv": details, "Recently Deleted/c.jpg": ""}
    )
    assert {names[file]: reason for file, reason in found.left_out.items()} == {
        "0:Photos/a.jpg": "in Apple's Recently Deleted",
        "0:Recently Deleted/c.jpg": "in Apple's Recently Deleted",
    }
    assert found.details_without_medium == []


def test_details_without_their_photo_are_told() -> None:
    found, _ = put_together({"Photos/b.jpg": "", "Photos/Photo Details.csv": f"{HEADING}\n{row('a.jpg', '')}"})
    assert found.details_without_medium == ["a.jpg"]
    assert found.media[0].facts is None


def test_names_are_compared_whatever_their_form_and_case() -> None:
    details = row("CAF\u00c9.jpg", "June 4,2022 12:11 PM GMT")
    found, _ = put_together({"Photos/Cafe\u0301.JPG": "", "Photos/Photo Details.csv": f"{HEADING}\n{details}"})
    assert found.media[0].facts is not None
