"""Everything that is kept of everyone's photos: the two tables and the photo bucket, changed so that they agree."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from photobak.cloud.store.contents import Content, ContentsTable
from photobak.cloud.store.objects import PhotoBucket, objects_of
from photobak.cloud.store.photos import PhotosTable
from photobak.photo.record import InvalidRecord, Record, Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class Library:
    """The stores of one stack."""

    dynamodb: "DynamoDBClient"
    contents: ContentsTable
    photos: PhotosTable
    bucket: PhotoBucket

    def settle(self, record: Record, seen: Content | None) -> bool:
        """Write the record and its content item in one transaction, so that one content never has two records.

        Args:
            record: the photo, whose original is in the bucket already.
            seen: the content item that the record was made from; None where there was none.

        Returns:
            False where the content item has changed since: nothing was written, read it again.
        """
        return self.write_together(self.photos.creation(record), self.contents.settlement(record, seen))

    def find(self, identity_id: str, sha256: str) -> Record | None:
        """The record of a content, whatever its date; None where it is no photo (yet), or its record is lost."""
        content = self.contents.get(identity_id, sha256)
        if content is None or not content.is_photo or content.timestamp is None:
            return None
        return self.photos.get(identity_id, content.timestamp)

    def replace(self, before: Record, after: Record) -> bool:
        """Change a record, whose key may change with it, and its content item, in one transaction.

        Args:
            before: as it was read.
            after: the same with what changes.

        Returns:
            False where the record has changed since it was read: nothing was written.
        """
        return self.write_together(*self.photos.replacement(before, after), self.contents.replacement(before, after))

    def let_objects_follow(self, record: Record) -> None:
        """Hide or show a photo's objects as its record says, and again until it says no other thing.

        Two requests may overlap, one that hides and one that shows: the last one to act finds what the other said.
        """
        followed: Status | None = None
        current: Record | None = record
        while current is not None and current.status is not followed:
            act = self.bucket.hide if current.status is Status.TRASHED else self.bucket.bring_back
            for key in objects_of(current):
                act(key)
            followed = current.status
            current = self.find(record.username, record.sha256)

    def lay_record_beside(self, record: Record) -> None:
        """Write the record's JSON beside the photo, and again until it is what the table says.

        Two writers may overlap: the last one to write reads the table once more and finds what the other changed.
        """
        written: Record | None = None
        current: Record | None = record
        while current is not None and current != written:
            self.bucket.keep_record(current)
            written = current
            current = self._as_it_is_now(current)

    def replace_sources(self, record: Record, added: Collection[str], gone: Collection[str]) -> None:
        """Let a record's places follow the files.

        Where nothing changes, the JSON beside the photo is compared: an earlier call that said the same may have been
        cut off between the table and it.
        """
        after = self.photos.replace_sources(record, added, gone)
        if after is None:
            return  # it has another date by now; the device says its places again at its next sync
        if after != record or self.record_beside(after.username, after.sha256) != after:
            self.lay_record_beside(after)

    def record_beside(self, identity_id: str, sha256: str) -> Record | None:
        """The record as it lies beside the photo; None where there is none, or none that can be read."""
        try:
            return Record.from_json(self.bucket.read_record(identity_id, sha256))
        except (InvalidRecord, ValueError):
            return None

    def earlier_record_beside(self, identity_id: str, sha256: str) -> Record | None:
        """The newest record that has ever lain beside the photo and can be read; None where there is none."""
        for whole in self.bucket.read_earlier_records(identity_id, sha256):
            with suppress(InvalidRecord):
                return Record.from_json(whole)
        return None

    def _as_it_is_now(self, record: Record) -> Record | None:
        """Read a record again, even if it has another date by now."""
        return self.photos.get(record.username, record.timestamp) or self.find(record.username, record.sha256)

    def write_together(self, *halves: Any) -> bool:
        """Write several items or none of them; False where one is not as it was seen."""
        try:
            self.dynamodb.transact_write_items(TransactItems=halves)
        except self.dynamodb.exceptions.TransactionCanceledException as error:
            if _lost_a_race(error):
                return False
            raise
        return True


def _lost_a_race(error: ClientError) -> bool:
    """Tell a changed item or a concurrent transaction (both end well when tried again) from other failures."""
    reasons = error.response.get("CancellationReasons", [])
    codes = {reason.get("Code") for reason in reasons}
    return bool(codes & {"ConditionalCheckFailed", "TransactionConflict"})
