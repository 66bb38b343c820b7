"""A stack's photos wherever they are stored: the tables and the photo bucket, changed so that they agree."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from photobak.cloud.store.album_index import AlbumsTable, Place, places_of
from photobak.cloud.store.contents import Content, ContentsTable
from photobak.cloud.store.objects import PhotoBucket, objects_of
from photobak.cloud.store.photos import PhotosTable
from photobak.photo.capture_time import CaptureTime
from photobak.photo.described import Described, enriched
from photobak.photo.record import InvalidRecord, Record, Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MAX_TRANSACTION: Final = 100
"""Operations of one transaction (DynamoDB API reference, TransactWriteItems)."""
_MAX_SHARED_SOURCES: Final = 20_000
"""Characters of a record's sources; a record with more gets a transaction of its own, since one ends at 4 MB."""

_MAX_PLACES: Final = 90
"""Places in albums that change in the transaction of a record, which leaves room for the record itself."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """A record that should be the only one of its content, and what the tables held before."""

    record: Record
    seen: Content | None
    """The content item as it was read."""
    rows: tuple[Record, ...]
    """The content's records in ``Photos`` as they were read."""


@dataclass(frozen=True, slots=True)
class Library:
    """The stores of one stack."""

    dynamodb: "DynamoDBClient"
    contents: ContentsTable
    photos: PhotosTable
    albums: AlbumsTable
    bucket: PhotoBucket

    def commit(self, record: Record, seen: Content | None) -> bool:
        """Write a new record and its content item in one transaction, so that a content never has two records.

        Args:
            record: the photo, whose original is in the bucket already.
            seen: the content item that the record was made from; None if there was none.

        Returns:
            False if the content item has changed since it was read: nothing was written, read it again.
        """
        parts = [self.photos.creation(record), self.contents.completion(record, seen)]
        places = islice(places_of(record), _MAX_PLACES)  # a lost record that comes back; its places are mostly there
        return self.write_together(*parts, *map(self.albums.addition, places))

    def find(self, identity_id: str, sha256: str) -> Record | None:
        """The record of a content, whatever its date; None if it is no photo (yet) or its record is lost."""
        return self.record_of(identity_id, self.contents.get(identity_id, sha256))

    def record_of(self, identity_id: str, content: Content | None) -> Record | None:
        """The record that a content item points to; None if it is no photo (yet) or its record is lost."""
        if content is None or not content.is_photo or content.timestamp is None:
            return None
        return self.photos.get(identity_id, content.timestamp)

    def replace(self, before: Record, after: Record) -> bool:
        """Change a record, and its key where the date changes, and its content item in one transaction.

        Args:
            before: as it was read.
            after: the same with its changes.

        Returns:
            False if the record has changed since it was read: nothing was written.
        """
        parts = [*self.photos.replacement(before, after), self.contents.replacement(before, after)]
        had, has = places_of(before), places_of(after)
        return self._write(parts, had - has, has - had)

    def lift(self, identity_id: str, seen: Content, record: Record | None) -> bool:
        """Delete what the tables keep of a content whose bytes are gone, so that the next sync uploads it again.

        Args:
            identity_id: the owner.
            seen: its item as it was read.
            record: its record as it was read, if it has one.

        Returns:
            False if one of them has changed since: nothing was deleted.
        """
        parts = [self.contents.removal(identity_id, seen)]
        if record is not None:
            parts.append(self.photos.removal(record))
        return self._write(parts, () if record is None else places_of(record), ())

    def amend(self, amendments: Sequence[Amendment]) -> list[bool]:
        """Write records and their content items, and remove other records of the same contents.

        Returns:
            For each, in order: False if something has changed since it was read, and nothing of it was written.
        """
        done = [True] * len(amendments)
        for batch in self._batches(amendments):
            parts = [part for _, own in batch for part in own]
            if not self.write_together(*parts):
                for number, own in batch:  # one of them has changed: write the others without it
                    done[number] = self.write_together(*own)
        for number, amendment in enumerate(amendments):
            if done[number]:
                self._settle_rest(*_moved_places(amendment))
        return done

    def settle(self, place: Place) -> bool:
        """Make the index of an album agree with a record, whatever changes it at the same moment.

        Returns:
            Whether the photo is in the album.
        """
        while True:
            if self.write_together(self.photos.is_placed(place), self.albums.addition(place)):
                return True
            if self.write_together(self.photos.is_not_placed(place), self.albums.removal(place)):
                return False

    def sync_objects(self, record: Record) -> None:
        """Hide or show a photo's objects as its record says, until the record no longer changes.

        Two requests may overlap, one that hides and one that shows: the last one to act sees what the other wrote.
        """
        applied: Status | None = None
        current: Record | None = record
        while current is not None and current.status is not applied:
            act = self.bucket.hide if current.status is Status.TRASHED else self.bucket.unhide
            for key in objects_of(current):
                act(key)
            applied = current.status
            current = self.find(record.username, record.sha256)

    def write_record_json(self, record: Record) -> None:
        """Write the record's JSON to the bucket, until it is what the table says.

        Two writers may overlap: the last one to write reads the table again and sees what the other changed.
        """
        written: Record | None = None
        current: Record | None = record
        while current is not None and current != written:
            self.bucket.keep_record(current)
            written = current
            current = self._current(current)

    def update_sources(self, record: Record, added: Collection[str], gone: Collection[str]) -> None:
        """Update a record's sources in the table and in its JSON.

        The JSON is compared even where the table does not change: an earlier call with the same sources may have been
        cut off in between.
        """
        after = self.photos.update_sources(record, added, gone)
        if after is None:
            return  # its date has changed; the device announces its sources again at its next sync
        if after != record or self.read_record_json(after.username, after.sha256) != after:
            self.write_record_json(after)

    def enrich(self, record: Record, described: Described, taken: CaptureTime) -> None:
        """Add to a record what an import knows and it lacks, in the tables and in its JSON."""
        current: Record | None = record
        while current is not None and current.status.kept:
            after = enriched(current, described, taken)
            if after == current:
                return
            if self.replace(current, after):
                self.write_record_json(after)
                return
            current = self.find(record.username, record.sha256)  # another request was faster

    def read_record_json(self, identity_id: str, sha256: str) -> Record | None:
        """The record in a photo's JSON; None if there is none or it is illegible."""
        try:
            return Record.from_json(self.bucket.read_record(identity_id, sha256))
        except (InvalidRecord, ValueError):
            return None

    def read_earlier_record_json(self, identity_id: str, sha256: str) -> Record | None:
        """The newest legible record among all versions of a photo's JSON; None if there is none."""
        for whole in self.bucket.read_earlier_records(identity_id, sha256):
            with suppress(InvalidRecord):
                return Record.from_json(whole)
        return None

    def write_together(self, *parts: Any) -> bool:
        """Write several items or none of them; False if one has changed since it was read."""
        try:
            self.dynamodb.transact_write_items(TransactItems=parts)
        except self.dynamodb.exceptions.TransactionCanceledException as error:
            if _lost_a_race(error):
                return False
            raise
        return True

    def _write(self, parts: Sequence[Any], gone: Collection[Place], new: Collection[Place]) -> bool:
        """Write a record and its places in albums; as ``write_together``."""
        if not self.write_together(*parts, *self._index_parts(gone, new)):
            return False
        self._settle_rest(gone, new)
        return True

    def _index_parts(self, gone: Collection[Place], new: Collection[Place]) -> list[Any]:
        """The parts of a transaction that change places, as many as one transaction has room for."""
        parts = [*map(self.albums.removal, gone), *map(self.albums.addition, new)]
        return parts if len(parts) <= _MAX_PLACES else []

    def _settle_rest(self, gone: Collection[Place], new: Collection[Place]) -> None:
        """Change the places of a photo in so many albums that one transaction has no room for them."""
        if len(gone) + len(new) > _MAX_PLACES:
            for place in (*new, *gone):
                self.settle(place)

    def _current(self, record: Record) -> Record | None:
        """Read a record again, even if its date has changed."""
        return self.photos.get(record.username, record.timestamp) or self.find(record.username, record.sha256)

    def _batches(self, amendments: Sequence[Amendment]) -> Iterator[list[tuple[int, list[Any]]]]:
        """Group amendments into transactions: the number of each, and its operations."""
        batch: list[tuple[int, list[Any]]] = []
        size = 0
        for number, amendment in enumerate(amendments):
            own = self._operations(amendment)
            if not own:
                continue
            if sum(map(len, amendment.record.sources)) > _MAX_SHARED_SOURCES:
                yield [(number, own)]
                continue
            if size + len(own) > _MAX_TRANSACTION:
                yield batch
                batch, size = [], 0
            batch.append((number, own))
            size += len(own)
        if batch:
            yield batch

    def _operations(self, amendment: Amendment) -> list[Any]:
        """The operations of a transaction; none where the tables are right already."""
        record, seen = amendment.record, amendment.seen
        here = [row for row in amendment.rows if row.timestamp == record.timestamp]
        parts = [self.photos.removal(row) for row in amendment.rows if row.timestamp != record.timestamp]
        if not here:
            parts.append(self.photos.creation(record))
        elif here[0] != record:
            parts += self.photos.replacement(here[0], record)
        if not parts and seen is not None and seen.agrees_with(record):
            return []
        return [*parts, self.contents.completion(record, seen), *self._index_parts(*_moved_places(amendment))]


def _moved_places(amendment: Amendment) -> tuple[frozenset[Place], frozenset[Place]]:
    """The places that an amendment removes, and those that the index has to have after it."""
    had = frozenset[Place]().union(*map(places_of, amendment.rows))
    has = places_of(amendment.record)
    return had - has, has


def _lost_a_race(error: ClientError) -> bool:
    """Tell a changed item or a concurrent transaction, which a retry resolves, from other failures."""
    reasons = error.response.get("CancellationReasons", [])
    codes = {reason.get("Code") for reason in reasons}
    return bool(codes & {"ConditionalCheckFailed", "TransactionConflict"})
