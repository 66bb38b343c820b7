"""Changes what is said of photos, through the API."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from photobak.client.account.api import ask_of_photos
from photobak.client.account.session import Session
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.record import Record


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be said; None and empty: as it is."""

    description: str | None = None
    """Empty: none from now on."""
    favorite: bool | None = None
    archived: bool | None = None
    tags: tuple[str, ...] = ()
    untag: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As ``POST /photos/describe`` takes it."""
        said = {"description": self.description, "favorite": self.favorite, "archived": self.archived}
        lists = {"tags": list(self.tags), "untag": list(self.untag)}
        return {name: value for name, value in said.items() if value is not None} | {
            name: value for name, value in lists.items() if value
        }


def describe(session: Session, records: Sequence[Record], change: Change) -> Iterator[tuple[Record, bool]]:
    """Change each photo; whether the cloud had it.

    Raises:
        CloudError: the API can't be reached, or refuses the change.
        SignInNeeded: the session has ended.
    """
    for start in range(0, len(records), MAX_PHOTOS_A_REQUEST):
        batch = records[start : start + MAX_PHOTOS_A_REQUEST]
        photos = [{"sha256": record.sha256, **change.to_json()} for record in batch]
        answers = ask_of_photos(session, "/photos/describe", photos)
        for record in batch:
            yield record, record.sha256 in answers and answers[record.sha256].status != "unknown"
