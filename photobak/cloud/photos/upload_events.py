"""Reads what the queue delivers, and what S3 says in it: which uploads have come."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import unquote_plus

from photobak.photo.keys import TempKey


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a queue (Lambda developer guide, "Using Lambda with Amazon SQS")."""

    id: str
    receipt: str
    """Names this delivery of it."""
    body: str

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """Read one of an event's ``Records``."""
        return cls(record["messageId"], record["receiptHandle"], record["body"])


@dataclass(frozen=True, slots=True)
class UploadEvent:
    """One object was created in the temp bucket."""

    bucket: str
    key: TempKey


def upload_events(body: str) -> Iterator[UploadEvent]:
    """Read the uploads out of one S3 event notification, the body of one message.

    S3's first message, ``s3:TestEvent``, has no ``Records`` (S3 user guide, "Event message structure").

    Raises:
        KeyError: something is missing in it.
        TypeError: it is not a JSON object, or something in it is of another type.
        ValueError: it is not JSON, or an object's key is not one that prep gives out.
    """
    notification = json.loads(body)
    if not isinstance(notification, dict):
        raise TypeError("not a JSON object")
    if "Records" not in notification:
        return
    for record in notification["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])  # it arrives form-encoded
        yield UploadEvent(record["s3"]["bucket"]["name"], TempKey.parse(key))
