"""Reads what S3 says through the queue: which uploads have come."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools.utilities.data_classes import S3Event

from photobak.photo.keys import TempKey


@dataclass(frozen=True, slots=True)
class UploadEvent:
    """One object was created in the temp bucket."""

    bucket: str
    key: TempKey


def upload_events(notification: Any) -> Iterator[UploadEvent]:
    """Read the uploads out of one S3 event notification, the body of one SQS message.

    S3's first message, ``s3:TestEvent``, has no ``Records`` (S3 user guide, "Event message structure").

    Raises:
        TypeError: it is not a JSON object.
        ValueError: an object's key is not one that prep gives out.
    """
    if not isinstance(notification, dict):
        raise TypeError("not a JSON object")
    if "Records" not in notification:
        return
    for record in S3Event(notification).records:
        key = unquote_plus(record.s3.get_object.key)  # it arrives form-encoded
        yield UploadEvent(record.s3.bucket.name, TempKey.parse(key))
