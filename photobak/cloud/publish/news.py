"""What a change of the table ``Photos`` is, in the words of the topic ``photos``."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from aws_lambda_powertools import Logger

from photobak.cloud.store.news import News, sequence_of
from photobak.photo.record import InvalidRecord, Record
from photobak.photo.topic import LARGEST_MESSAGE, PHOTOS, size, to_text

_ROOM_FOR_SOURCES: Final = LARGEST_MESSAGE * 3 // 4

logger = Logger(child=True)


def news_of(changes: Iterable[Mapping[str, Any]]) -> dict[str, list[News]]:
    """Read what has changed from the records of a DynamoDB stream.

    Returns:
        By identity id, what its listeners are to be told, in the order of the changes.
    """
    told: dict[str, list[News]] = {}
    for sequence, record in _records(changes):
        told.setdefault(record.username, []).append(News(sequence, _text(sequence, record)))
    return told


def _records(changes: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Record]]:
    """The records as they have become; of one that was removed there is nothing to tell."""
    for change in changes:
        if "NewImage" not in change["dynamodb"]:
            continue
        try:
            record = Record.from_item(change["dynamodb"]["NewImage"])
        except InvalidRecord as error:
            # Delivering it again would not make it legible, and would keep the stream waiting.
            logger.warning("A record was left out", extra={"reason": error.why, "event_id": change.get("eventID")})
        else:
            yield sequence_of(change["dynamodb"]["SequenceNumber"]), record


def _text(sequence: str, record: Record) -> str:
    """The message; of a photo that lies at thousands of places only some are named, so that it can be sent."""
    listing = record.listing()
    room, named = _ROOM_FOR_SOURCES, []
    for source in listing["sources"]:
        room -= size(to_text(source))
        if room < 0:
            break
        named.append(source)
    told = listing | {"sources": named}
    return to_text({"type": "message", "topic": PHOTOS, "sequence": sequence, "message": told})
