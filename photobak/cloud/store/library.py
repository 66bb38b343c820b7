"""Everything that is kept of everyone's photos: the two tables and the photo bucket, changed so that they agree."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from photobak.cloud.store.contents import Content, ContentsTable
from photobak.cloud.store.objects import PhotoBucket
from photobak.cloud.store.photos import PhotosTable
from photobak.photo.record import Record

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
        content = Content(record.sha256, record.status, record.timestamp, record.reason)
        settlement = self.contents.settlement(record.username, content, seen)
        try:
            self.dynamodb.transact_write_items(TransactItems=[self.photos.creation(record), settlement])
        except self.dynamodb.exceptions.TransactionCanceledException as error:
            if _lost_a_race(error):
                return False
            raise
        return True

    def lay_record_beside(self, record: Record) -> None:
        """Write the record's JSON beside the photo, and again until it is what the table says.

        Two writers may overlap: the last one to write reads the table once more and finds what the other changed.
        """
        written: Record | None = None
        current: Record | None = record
        while current is not None and current != written:
            self.bucket.keep_record(current)
            written = current
            current = self.photos.get(record.username, record.timestamp)

    def replace_sources(self, record: Record, added: Collection[str], gone: Collection[str]) -> None:
        """Let a record's places follow the files; does nothing where they are as said already."""
        after = self.photos.replace_sources(record, set(added) - record.sources, gone)
        if after != record:
            self.lay_record_beside(after)


def _lost_a_race(error: ClientError) -> bool:
    """Tell a changed item or a concurrent transaction (both end well when tried again) from other failures."""
    reasons = error.response.get("CancellationReasons", [])
    codes = {reason.get("Code") for reason in reasons}
    return bool(codes & {"ConditionalCheckFailed", "TransactionConflict"})
