"""What may happen to a library behind photobak's back, done as root."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from support.backup import Backup
from support.local_stack import eventually, root_client

from photobak.photo.capture_time import CaptureTime
from photobak.photo.keys import record_key, timestamp_key
from photobak.photo.record import Record


class Damage:
    """Damages one person's library."""

    def __init__(self, backup: Backup) -> None:
        self.me = backup.session().identity_id
        self.bucket = backup.stack.outputs.bucket
        self._outputs = backup.stack.outputs
        self.s3: Any = root_client(backup.stack, "s3")
        self._dynamodb: Any = root_client(backup.stack, "dynamodb")

    # ------------------------------------------------------------------ tables

    def lose_content(self, record: Record) -> None:
        """Delete a content item."""
        self._dynamodb.delete_item(TableName=self._outputs.contents_table, Key=self._content_key(record))

    def lose_record(self, record: Record) -> None:
        """Delete a record."""
        key = {name: record.to_item()[name] for name in ("username", "timestamp")}
        self._dynamodb.delete_item(TableName=self._outputs.table, Key=key)

    def lose_tables(self, *records: Record) -> None:
        """Delete all rows of these photos."""
        for record in records:
            self.lose_content(record)
            self.lose_record(record)

    def write_record(self, record: Record) -> None:
        """Put a record, and nothing that points to it."""
        self._dynamodb.put_item(TableName=self._outputs.table, Item=record.to_item())

    def say_of_content(self, record: Record, status: str) -> None:
        """Have the content item say something else than the record."""
        self._dynamodb.update_item(
            TableName=self._outputs.contents_table,
            Key=self._content_key(record),
            UpdateExpression="SET #status = :status",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":status": {"S": status}},
        )

    def add_stray(self, record: Record) -> Record:
        """A second record of a content, a day later, that nothing points to."""
        taken = CaptureTime(record.taken.taken_at + timedelta(days=1), record.taken.source)
        stray = replace(record, taken=taken, timestamp=timestamp_key(taken.taken_at, record.sha256))
        self.write_record(stray)
        return stray

    def forget_placeholder(self, record: Record) -> None:
        """Have a record as it was written before records had a placeholder and a perceptual hash."""
        older = replace(record, thumbhash=None, perceptual_hash=None)
        self.write_record(older)
        self.overwrite_json(older)

    def lose_timeline(self) -> None:
        """Have the table ``Months`` lose all that it holds of this person."""
        table = self._outputs.table.replace("-photos", "-months")
        mine = {"KeyConditionExpression": "username = :me", "ExpressionAttributeValues": {":me": {"S": self.me}}}
        for item in self._dynamodb.query(TableName=table, **mine)["Items"]:
            self._dynamodb.delete_item(TableName=table, Key={name: item[name] for name in ("username", "month")})

    def lose_albums(self, *album_ids: str) -> None:
        """Have the table ``Albums`` lose the index of these albums."""
        table = self._outputs.table.replace("-photos", "-albums")
        for album_id in album_ids:
            key = f"{self.me}/{album_id}"
            mine = {"KeyConditionExpression": "album = :it", "ExpressionAttributeValues": {":it": {"S": key}}}
            for item in self._dynamodb.query(TableName=table, **mine)["Items"]:
                self._dynamodb.delete_item(TableName=table, Key={name: item[name] for name in ("album", "timestamp")})

    # ------------------------------------------------------------------ the bucket

    def record_key(self, record: Record) -> str:
        """Where the JSON lies."""
        return record_key(self.me, record.sha256)

    def hide(self, key: str | None) -> None:
        """Delete an object as anybody would: a marker hides it."""
        self.s3.delete_object(Bucket=self.bucket, Key=key)

    def destroy(self, key: str | None) -> None:
        """Delete every version of an object."""
        listing = self.s3.list_object_versions(Bucket=self.bucket, Prefix=key)
        for version in [*listing.get("Versions", []), *listing.get("DeleteMarkers", [])]:
            self.s3.delete_object(Bucket=self.bucket, Key=version["Key"], VersionId=version["VersionId"])

    def freeze(self, record: Record, storage_class: str) -> None:
        """Move an original to GLACIER or DEEP_ARCHIVE, as lifecycle does on AWS."""
        source = {"Bucket": self.bucket, "Key": record.original_key}
        self.s3.copy_object(
            Bucket=self.bucket,
            Key=record.original_key,
            CopySource=source,
            StorageClass=storage_class,
            MetadataDirective="COPY",
        )

    def thaw(self, record: Record) -> None:
        """Have a frozen original thawed, and wait for it."""
        wish = {"Days": 1, "GlacierJobParameters": {"Tier": "Standard"}}
        self.s3.restore_object(Bucket=self.bucket, Key=record.original_key, RestoreRequest=wish)
        where = {"Bucket": self.bucket, "Key": record.original_key}
        eventually(lambda: 'ongoing-request="false"' in self.s3.head_object(**where).get("Restore", ""))

    def overwrite(self, key: str | None, body: bytes, **more: str) -> None:
        """Put other bytes in an object's place."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, **more)

    def overwrite_json(self, record: Record) -> None:
        """Have the JSON beside a photo say something else than the tables."""
        self.overwrite(self.record_key(record), json.dumps(record.to_json()).encode())

    def _content_key(self, record: Record) -> dict[str, Any]:
        return {"username": {"S": record.username}, "sha256": {"S": record.sha256}}


DEEDS: Final[Mapping[str, Callable[[Damage, Record], object]]] = {
    "content": lambda damage, record: damage.lose_content(record),
    "record": lambda damage, record: damage.lose_record(record),
    "json": lambda damage, record: damage.hide(damage.record_key(record)),
    "hidden": lambda damage, record: damage.hide(record.original_key),
    "destroyed": lambda damage, record: damage.destroy(record.original_key),
    "thumb": lambda damage, record: damage.hide(record.thumb_key),
    "older": lambda damage, record: damage.forget_placeholder(record),
    "longer": lambda damage, record: damage.overwrite(record.original_key, b"x" * (record.size + 1)),
    "bytes": lambda damage, record: damage.overwrite(
        record.original_key, b"x" * record.size, ChecksumAlgorithm="SHA256"
    ),
    "disagree": lambda damage, record: damage.say_of_content(record, "no-preview"),
    "says": lambda damage, record: damage.overwrite_json(replace(record, filename="other.jpg")),
    "illegible": lambda damage, record: damage.overwrite(damage.record_key(record), b"{"),
    "stray": lambda damage, record: damage.add_stray(record),
    "shown": lambda damage, record: damage.overwrite(record.thumb_key, b"thumb"),
}
"""What may happen to a photo, by the name of the photo that it happens to; ``shown`` lies in the trash before."""


def plant(damage: Damage, library: Mapping[str, Record]) -> None:
    """Do to each photo what its name says."""
    for name, deed in DEEDS.items():
        deed(damage, library[name])
