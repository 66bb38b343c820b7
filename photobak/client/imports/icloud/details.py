"""Apple's CSVs: ``Photo Details*.csv`` of each part, and one for each album; in any encoding, with any separator.

Columns of ``Photo Details.csv``, as Apple writes them: ``imgName,fileChecksum,favorite,hidden,deleted,
originalCreationDate,viewCount,importDate``. Dates look like ``Monday January 2,2023 4:05 PM GMT``, mostly in quotes.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from photobak.client.imports.facts import Facts, whole

MAX_BYTES: Final = 32 * 1024 * 1024
"""Of one CSV; a library of 100,000 photos has 15 MB of details, in several files."""
MAX_FIELD: Final = 4096
_DELIMITERS: Final = ",;\t|"
_NAMES: Final = ("imgname", "imagename", "images", "image", "name")
"""Headings of the column with file names, in lower case; which one depends on the kind of CSV and its year."""
_YES: Final = frozenset({"yes", "true", "1", "ja", "oui", "sí", "si", "sim", "tak", "да", "evet", "はい", "是"})

_MONTHS: Final = {
    month: number
    for number, months in enumerate(
        (
            ("january", "januar", "janvier", "enero", "gennaio", "janeiro", "januari", "jan"),
            ("february", "februar", "février", "febrero", "febbraio", "fevereiro", "februari", "feb"),
            ("march", "märz", "mars", "marzo", "março", "maart", "mar"),
            ("april", "avril", "abril", "aprile", "apr"),
            ("may", "mai", "mayo", "maggio", "maio", "mei", "maj"),
            ("june", "juni", "juin", "junio", "giugno", "junho", "jun"),
            ("july", "juli", "juillet", "julio", "luglio", "julho", "jul"),
            ("august", "août", "agosto", "augustus", "augusti", "aug"),
            ("september", "septembre", "septiembre", "settembre", "setembro", "sep", "sept"),
            ("october", "oktober", "octobre", "octubre", "ottobre", "outubro", "oct", "okt"),
            ("november", "novembre", "noviembre", "novembro", "nov"),
            ("december", "dezember", "décembre", "diciembre", "dicembre", "dezembro", "dec", "dez"),
        ),
        start=1,
    )
    for month in months
}
_TIME = r"(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d))?\s*(?P<half>[AaPp])?\.?[Mm]?\.?"
_ZONE = r"\s*(?:GMT|UTC|Z)?\s*"
_WEEKDAY: Final = r"(?:[^\W\d]+,?\s+)?"
_MONTH_FIRST = re.compile(
    rf"{_WEEKDAY}(?P<month>[^\W\d]+)\.?\s+(?P<day>\d{{1,2}}),?\s*(?P<year>\d{{4}}),?\s+{_TIME}{_ZONE}"
)
_DAY_FIRST = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})\.?\s+(?:de\s+)?(?P<month>[^\W\d]+)\.?,?\s+(?:de\s+)?(?P<year>\d{{4}}),?\s+"
    rf"{_TIME}{_ZONE}"
)
_ISO = re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)[T ]+{_TIME}{_ZONE}")


@dataclass(frozen=True, slots=True)
class Detail:
    """A row of ``Photo Details.csv``."""

    name: str
    checksum: str
    """Apple's own, of the original; tells apart files of one name, and equals no usual hash."""
    facts: Facts


class UnreadableCsv(ValueError):
    """A file called ``.csv`` is none, or has more than ``MAX_BYTES``."""


def read_details(data: bytes) -> tuple[Detail, ...] | None:
    """Read a part's details; None where the CSV has other columns.

    Raises:
        UnreadableCsv: it is no CSV.
    """
    rows = _rows(data)
    heading = [column.strip().lower() for column in next(rows, [])]
    if "originalcreationdate" not in heading and "filechecksum" not in heading:
        return None
    return tuple(detail for row in rows if (detail := _detail(heading, row)) is not None)


def read_names(data: bytes) -> tuple[str, ...]:
    """Read the names of an album's or a memory's files, in their order; empty where it has another column.

    Raises:
        UnreadableCsv: it is no CSV.
    """
    rows = _rows(data)
    heading = [column.strip().lower() for column in next(rows, [])]
    column = next((heading.index(name) for name in _NAMES if name in heading), None)
    if column is None:
        return ()
    return tuple(row[column].strip() for row in rows if len(row) > column and row[column].strip())


def parse_date(text: str) -> datetime | None:
    """Read an instant as Apple writes it, in the account's language; None where it is none.

    ``2:05 PM`` and ``14:05`` and, as seen in exports, ``14:05 PM``.
    """
    for pattern in (_MONTH_FIRST, _DAY_FIRST, _ISO):
        found = pattern.fullmatch(text.strip())
        if found is not None and (date := _date(found)) is not None:
            return date
    return None


def _date(found: re.Match[str]) -> datetime | None:
    month = _MONTHS.get(found["month"].lower()) if not found["month"].isdigit() else int(found["month"])
    if month is None:
        return None
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    minute, second = int(found["minute"]), int(found["second"] or 0)
    try:
        return datetime(int(found["year"]), month, int(found["day"]), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _rows(data: bytes) -> Iterator[list[str]]:
    if len(data) > MAX_BYTES:
        raise UnreadableCsv(f"it has more than {MAX_BYTES:,} bytes")
    text = whole(_decoded(data)).replace("\0", "")
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(MAX_FIELD)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        yield from (row for row in rows if any(row))
    except csv.Error as error:
        raise UnreadableCsv("it is no CSV") from error


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _detail(heading: list[str], row: list[str]) -> Detail | None:
    values = dict(zip(heading, _mended(heading, row), strict=False))
    name = next((values[column].strip() for column in _NAMES if values.get(column, "").strip()), "")
    if not name:
        return None
    facts = Facts(
        taken=parse_date(values.get("originalcreationdate", "")),
        favorite=_yes(values.get("favorite")),
        archived=_yes(values.get("hidden")),
        trashed=bool(_yes(values.get("deleted"))),
    )
    return Detail(name, values.get("filechecksum", "").strip(), facts)


def _mended(heading: list[str], row: list[str]) -> list[str]:
    """A row whose dates were written without quotes, so that their comma made two fields of each."""
    fields = list(row)
    at = 0
    while len(fields) > len(heading) and at + 1 < len(fields):
        joined = f"{fields[at]},{fields[at + 1]}"
        if parse_date(joined) is not None:
            fields[at : at + 2] = [joined]
        at += 1
    return fields


def _yes(value: str | None) -> bool | None:
    return None if value is None or not value.strip() else value.strip().lower() in _YES
