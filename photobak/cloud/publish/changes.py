"""Turns changes of table ``Photos`` into messages of topic ``photos``."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from aws_lambda_powertools import Logger

from photobak.cloud.store.changes import Change, sequence_of
from photobak.photo.record import InvalidRecord, Record, Status
from photobak.photo.topic import LARGEST_MESSAGE, PHOTOS, size, to_text

_ROOM_FOR_SOURCES: Final = LARGEST_MESSAGE * 3 // 4
_ROOM: Final = LARGEST_MESSAGE - 1000

logger = Logger(child=True)


def changes_of(stream_records: Iterable[Any]) -> dict[str, list[Change]]:
    """Read the records of a DynamoDB stream.

    Returns:
        By identity id, the changes to publish, in the order of the stream.
    """
    found: dict[str, list[Change]] = {}
    for sequence, record in _records(stream_records):
        found.setdefault(record.username, []).append(Change(sequence, _message(sequence, record)))
    return found


def _records(stream_records: Iterable[Any]) -> Iterator[tuple[str, Record]]:
    """The new state of each changed record; a removed one has none."""
    for each in stream_records:
        try:
            change = each["dynamodb"]
            if "NewImage" in change:
                yield sequence_of(change["SequenceNumber"]), Record.from_item(change["NewImage"])
        except (InvalidRecord, KeyError, TypeError, AttributeError) as error:
            # Another delivery would not make it legible, and would keep the stream waiting.
            event_id = each.get("eventID") if isinstance(each, Mapping) else None
            reason = error.why if isinstance(error, InvalidRecord) else f"{type(error).__name__}: {error}"
            logger.warning("A change was skipped", extra={"reason": reason, "event_id": event_id})


def expired_of(stream_records: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Identity id and SHA-256 of each photo whose record DynamoDB has deleted, its time in the trash being over.

    DynamoDB Streams API reference, "Identity": deletions by TTL carry the service's own principal.
    """
    for each in stream_records:
        with suppress(KeyError, TypeError, AttributeError):  # not one of these; ``_records`` logs what is malformed
            if each["eventName"] == "REMOVE" and each["userIdentity"]["principalId"] == "dynamodb.amazonaws.com":
                with suppress(InvalidRecord):
                    record = Record.from_item(each["dynamodb"]["OldImage"])
                    if record.status is Status.TRASHED:
                        yield record.username, record.sha256


def _message(sequence: str, record: Record) -> str:
    """The message; of a photo with thousands of sources it has as many as fit."""
    listing = record.listing()
    room, fitting = _ROOM_FOR_SOURCES, []
    for source in listing["sources"]:
        room -= size(to_text(source))
        if room < 0:
            break
        fitting.append(source)
    message = listing | {"sources": fitting}
    if size(to_text(message)) > _ROOM:  # what people say may be long; lists have it
        message |= {"description": None, "people": [], "tags": [], "taken_alternatives": []}
    return to_text({"type": "message", "topic": PHOTOS, "sequence": sequence, "message": message})
