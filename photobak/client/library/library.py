"""Reads one's own records: by date, newest or oldest first, and by id."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from enum import Enum, auto
from itertools import chain
from typing import Any, Final

from photobak.client.account.session import Session
from photobak.client.library.albums import album_index
from photobak.client.library.query import ALWAYS, Span
from photobak.client.library.tables import ContentRow, Tables, attribute
from photobak.client.transport.dynamodb import Item
from photobak.errors import PhotobakError, UnknownPhoto
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.identity import MIN_PREFIX_DIGITS, is_id_prefix, is_sha256, short_id
from photobak.photo.keys import plain
from photobak.photo.record import InvalidRecord, Record, Status

_SHOWN_IDS: Final = 5
_PARALLEL: Final = 16
_CONDITIONS: Final = {
    (): "",  # without one the local stack takes half the time
    (":since",): "#timestamp >= :since",
    (":until",): "#timestamp < :until",
    (":since", ":until"): "#timestamp BETWEEN :since AND :until",
}


class Among(Enum):
    """Which photos an id may mean."""

    KEPT = auto()
    """All but those in the trash."""
    TRASH = auto()
    ALL = auto()
    """Where the same digits begin both, those that are not in the trash."""


def _raised(error: PhotobakError) -> None:
    raise error


class Library:
    """The records of the signed-in person."""

    def __init__(self, session: Session, left_out: Callable[[PhotobakError], None] = _raised) -> None:
        """Open a library.

        Args:
            session: whose it is.
            left_out: told of each record that a list leaves out since it can't be read; by default the list ends there.
        """
        self._session = session
        self._tables = Tables(session)
        self._left_out = left_out

    def records(
        self, span: Span = ALWAYS, *, oldest_first: bool = False, page_size: int = 1000, album: str | None = None
    ) -> Iterator[Record]:
        """Read records in order of capture; those in the trash are left out.

        Args:
            span: the stretch of time.
            oldest_first: the order.
            page_size: the number of records read at a time.
            album: the id of an album; only its records are read.

        Raises:
            CloudError: the table can't be read.
            InvalidRecord: a record can't be, and nobody wants to be told of those that are left out.
        """
        if album is not None:
            yield from self._of_album(album, span, oldest_first)
            return
        for record in self._records(span, ScanIndexForward=oldest_first, Limit=page_size):
            if record.status is not Status.TRASHED:
                yield record

    def in_albums(self) -> Iterator[Record]:
        """Read the records that are in any album; raises as ``records``."""
        return self._filtered("attribute_exists(albums)", {}, ALWAYS, oldest_first=False)

    def _of_album(self, album_id: str, span: Span, oldest_first: bool) -> Iterable[Record]:
        """Read the records of an album: by the keys in its index, or from the whole library if that is not complete."""
        index = album_index(self._session, album_id)
        if not index.whole:
            values = {":album": {"S": album_id}}
            return self._filtered("contains(albums, :album)", values, span, oldest_first)
        places = [place for place in index.places if span.holds(place.timestamp)]
        found = self._by_key([place.timestamp for place in places])
        # A photo with a new date has left its key since the index was read.
        moved = [place.sha256 for place in places if place.sha256 not in found]
        found |= self._at(self._tables.contents(moved))
        return sorted(
            (each for each in found.values() if _is_in(each, album_id, span)),
            key=lambda record: record.timestamp,
            reverse=not oldest_first,
        )

    def _by_key(self, timestamps: Sequence[Decimal]) -> dict[str, Record]:
        """The records with these keys, by SHA-256."""
        from concurrent.futures import ThreadPoolExecutor  # which a list does without

        keys = [plain(timestamp) for timestamp in timestamps]
        batches = [keys[start : start + MAX_PHOTOS_A_REQUEST] for start in range(0, len(keys), MAX_PHOTOS_A_REQUEST)]
        with ThreadPoolExecutor(_PARALLEL) as pool:
            items = chain.from_iterable(pool.map(lambda batch: list(self._tables.photos(batch)), batches))
            return {record.sha256: record for record in self._legible(items)}

    def _filtered(self, condition: str, values: Any, span: Span, oldest_first: bool) -> Iterator[Record]:
        """Records of the whole library that meet a condition; DynamoDB reads all of them and sends only these."""
        return self._records(
            span,
            {":trashed": {"S": Status.TRASHED.value}, **values},
            FilterExpression=f"{condition} AND #status <> :trashed",
            ExpressionAttributeNames={"#status": "status"},
            ScanIndexForward=oldest_first,
        )

    def trash(self, span: Span = ALWAYS) -> Iterator[Record]:
        """Read the records in the trash, in order of capture, newest first; CloudError as in ``records``.

        Some may be in it no more: DynamoDB deletes a record hours or days after ``trashed_until``.
        """
        return self._records(
            span,
            {":trashed": {"S": Status.TRASHED.value}},
            FilterExpression="#status = :trashed",
            ExpressionAttributeNames={"#status": "status"},
            ScanIndexForward=False,
        )

    def find(self, prefix: str, among: Among = Among.KEPT) -> Record:
        """Find the photo whose id begins with ``prefix``, as git does with commits; raises as ``find_all``."""
        return self.find_all([prefix], among)[0]

    def find_all(self, prefixes: Sequence[str], among: Among = Among.KEPT) -> list[Record]:
        """Find the photos whose ids begin so, each once, in the order in which they were named.

        Args:
            prefixes: at least the first digits of each id.
            among: which photos may be meant.

        Raises:
            UnknownPhoto: there is none, or more than one, or a prefix can't be an id.
            CloudError: the tables can't be read.
        """
        records = {}
        for found in self.find_each(prefixes, among):
            if isinstance(found, UnknownPhoto):
                raise found
            records[found.sha256] = found
        return list(records.values())

    def find_each(self, prefixes: Sequence[str], among: Among = Among.KEPT) -> list[Record | UnknownPhoto]:
        """As ``find_all``, but of each prefix that is no photo's it says why; CloudError likewise."""
        named = dict.fromkeys(prefix.lower() for prefix in prefixes)
        candidates = self._candidates(list(filter(is_id_prefix, named)))
        rows = [self._meant(prefix, candidates.get(prefix), among) for prefix in named]
        records = self._at(row for row in rows if not isinstance(row, UnknownPhoto))
        return [row if isinstance(row, UnknownPhoto) else _record_of(row, records) for row in rows]

    def _meant(self, prefix: str, rows: list[ContentRow] | None, among: Among) -> ContentRow | UnknownPhoto:
        """The one row that is meant, or the error that says why there is not one."""
        try:
            return self._the_one(prefix, _meant(prefix, rows, among))
        except UnknownPhoto as unknown:
            return unknown

    def _records(self, span: Span, values: Any = None, **query: Any) -> Iterator[Record]:
        if span.since is not None and span.until is not None and span.since >= span.until:
            return
        bounds = _bounds(span)
        names = ({"#timestamp": "timestamp"} if bounds else {}) | query.pop("ExpressionAttributeNames", {})
        query |= {"ExpressionAttributeNames": names} if names else {}
        items = self._tables.query_photos(_CONDITIONS[tuple(bounds)], bounds | (values or {}), **query)
        for record in self._legible(items):
            if record.timestamp != span.until:  # BETWEEN takes both its ends
                yield record

    def _legible(self, items: Iterable[Item]) -> Iterator[Record]:
        for item in items:
            try:
                record = Record.from_item(item)
            except InvalidRecord as error:
                self._left_out(_illegible(item, error))
            else:
                yield record

    def _candidates(self, prefixes: list[str]) -> dict[str, list[ContentRow]]:
        """For each prefix, the rows whose hashes begin so: of whole ones by key, of the others by a query each."""
        from concurrent.futures import ThreadPoolExecutor  # which a list does without

        found: dict[str, list[ContentRow]] = {prefix: [] for prefix in prefixes}
        for row in self._tables.contents(filter(is_sha256, found)):
            found.setdefault(row.sha256, []).append(row)
        short = [prefix for prefix in found if not is_sha256(prefix)]
        with ThreadPoolExecutor(_PARALLEL) as pool:
            found |= dict(zip(short, pool.map(lambda prefix: list(self._beginning_with(prefix)), short), strict=True))
        return found

    def _the_one(self, prefix: str, rows: list[ContentRow]) -> ContentRow:
        """The one row, where it is one; else the error names them."""
        if len(rows) == 1:
            return rows[0]
        shown = sorted(rows, key=lambda row: row.sha256)[:_SHOWN_IDS]
        names = [f"{each.id} {each.filename}" for each in self._at(shown).values()]
        more = [f"{len(rows) - _SHOWN_IDS} more"] if len(rows) > _SHOWN_IDS else []
        why = ", ".join([*sorted(names), *more])
        raise UnknownPhoto(f"{len(rows)} photos begin with {prefix}", why=why, next_step="Type more of its digits")

    def _at(self, rows: Iterable[ContentRow]) -> dict[str, Record]:
        """The records that these rows point to, by SHA-256, as far as they can be read."""
        found = {}
        for item in self._tables.photos({row.timestamp for row in rows if row.timestamp is not None}):
            with suppress(InvalidRecord):
                record = Record.from_item(item)
                found[record.sha256] = record
        return found

    def _beginning_with(self, prefix: str) -> Iterator[ContentRow]:
        return self._tables.query_contents("begins_with(sha256, :prefix)", {":prefix": {"S": prefix}})


def _is_in(record: Record, album_id: str, span: Span) -> bool:
    return record.status.kept and album_id in record.albums and span.holds(record.timestamp)


def _bounds(span: Span) -> dict[str, Any]:
    """The values of the condition on the sort key."""
    bounds = {":since": span.since, ":until": span.until}
    return {name: {"N": plain(bound)} for name, bound in bounds.items() if bound is not None}


def _illegible(item: Item, error: InvalidRecord) -> InvalidRecord:
    """The error that says which record it is: by its id, or where that is damaged too, by its key in the table."""
    sha256 = attribute(item, "sha256", "S") or ""
    name = short_id(sha256) if is_sha256(sha256) else f"with the timestamp {attribute(item, 'timestamp', 'N')}"
    return InvalidRecord(
        f"the record of the photo {name} can't be read", why=error.why, next_step="Type: photobak repair"
    )


def _record_of(row: ContentRow, records: Mapping[str, Record]) -> Record | UnknownPhoto:
    if row.sha256 in records:
        return records[row.sha256]
    return UnknownPhoto(
        f"the record of photo {row.sha256} is lost, or can't be read", next_step="Type: photobak verify"
    )


def _meant(prefix: str, rows: list[ContentRow] | None, among: Among) -> list[ContentRow]:
    """The rows among which the one is that is meant; there are none where the prefix can't be an id's."""
    if rows is None:
        why = f"an id has {MIN_PREFIX_DIGITS} to 64 of the digits 0-9 and a-f"
        raise UnknownPhoto(f"{prefix!r} is not a photo's id", why=why, next_step="`photobak ls` shows the ids.")
    kept = [row for row in rows if row.status.kept]
    trashed = [row for row in rows if row.status is Status.TRASHED]
    found = {Among.KEPT: kept, Among.TRASH: trashed, Among.ALL: kept or trashed}[among]
    if found:
        return found
    if kept:
        raise UnknownPhoto(f"the photo {prefix} is not in the trash")
    if trashed:
        next_step = f"Bring it back with: photobak trash restore {prefix}"
        raise UnknownPhoto(f"the photo {prefix} is in the trash", next_step=next_step)
    command = "trash" if among is Among.TRASH else "ls"
    raise UnknownPhoto(f"there is no photo {prefix}", next_step=f"`photobak {command}` shows the ids.")
