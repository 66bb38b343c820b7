"""Records made up for tests."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.keys import timestamp_key
from photobak.photo.kind import Kind
from photobak.photo.record import Record, Status

NOON = datetime(2024, 6, 30, 12, tzinfo=UTC)


def record(content: str = "photo", **changes: Any) -> Record:
    """The record of a photo whose bytes are ``content``."""
    digest = sha256(content.encode()).hexdigest()
    taken = changes.pop("taken", CaptureTime(NOON, TakenSource.EXIF))
    values: dict[str, Any] = {
        "username": "us-east-1:0",
        "timestamp": timestamp_key(taken.taken_at, digest),
        "sha256": digest,
        "kind": Kind.PHOTO,
        "status": Status.STORED,
        "size": len(content),
        "content_type": "image/jpeg",
        "taken": taken,
        "filename": "a.jpg",
        "modified_at": NOON,
        "original_key": f"original/us-east-1:0/{digest}.jpg",
        "stored_at": NOON,
        "sources": frozenset({"laptop:a.jpg"}),
    }
    return Record(**{**values, **changes})
