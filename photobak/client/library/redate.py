"""Corrects when photos were taken: decides each one's new time, and tells the cloud."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Final

from photobak.client.account.api import ask_of_photos
from photobak.client.account.session import Session
from photobak.client.library.library import Library
from photobak.client.library.query import Span
from photobak.errors import WrongUsage
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.keys import instant_key
from photobak.photo.pairs import family
from photobak.photo.record import Record

_FOLLOWERS: Final = (TakenSource.PARTNER, TakenSource.USER)
"""How the time of what goes with a photo is known, before it was corrected and after."""
_MILLISECOND: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class SetTo:
    """The capture time itself is known."""

    time: datetime
    """Without offset it is in that of the photo."""

    def __call__(self, taken_at: datetime) -> datetime:
        """The corrected time."""
        return self.time if self.time.tzinfo else self.time.replace(tzinfo=taken_at.tzinfo)


@dataclass(frozen=True, slots=True)
class SetDay:
    """The day is known: the clock was right, or is as good as another, and keeps photos of one day in order."""

    day: date

    def __call__(self, taken_at: datetime) -> datetime:
        """The corrected time."""
        return taken_at.replace(year=self.day.year, month=self.day.month, day=self.day.day)


@dataclass(frozen=True, slots=True)
class ShiftBy:
    """The camera's clock was wrong by so much."""

    difference: timedelta

    def __call__(self, taken_at: datetime) -> datetime:
        """The corrected time."""
        return taken_at + self.difference


@dataclass(frozen=True, slots=True)
class MoveTo:
    """The camera's clock was right, but stood elsewhere than was assumed."""

    zone: tzinfo

    def __call__(self, taken_at: datetime) -> datetime:
        """The corrected time."""
        return taken_at.replace(tzinfo=self.zone)


Correction = SetTo | SetDay | ShiftBy | MoveTo


@dataclass(frozen=True, slots=True)
class Redated:
    """What became of one photo's capture time."""

    record: Record
    """As it was before."""
    taken: CaptureTime
    """As it was to become."""
    failure: str | None = None
    is_rehearsal: bool = False
    """Whether nothing was changed."""

    @property
    def result(self) -> str:
        """What became of it, in one word."""
        if self.is_rehearsal:
            return "would-redate"
        return "failed" if self.failure else "redated"

    def to_json(self) -> dict[str, Any]:
        """The line of ``redate --json``."""
        return {
            "type": "photo",
            "sha256": self.record.sha256,
            "filename": self.record.filename,
            "result": self.result,
            "taken_at": self.taken.isoformat(),
            "was_taken_at": self.record.taken.isoformat(),
            "reason": self.failure,
        }


@dataclass(frozen=True, slots=True)
class Wish:
    """One photo and the capture time that it is to get."""

    record: Record
    taken: CaptureTime


def corrected(records: Iterable[Record], correction: Correction) -> list[Wish]:
    """Apply a correction to the capture times of photos.

    Raises:
        WrongUsage: a photo would have an impossible date.
    """
    return [Wish(record, _corrected(record, correction)) for record in records]


def redate(session: Session, wishes: Sequence[Wish]) -> Iterator[Redated]:
    """Correct the capture times of photos.

    Raises:
        CloudError: the API can't be reached, or refuses a time; what was answered until then is done.
        SignInNeeded: the session has ended.
    """
    for start in range(0, len(wishes), MAX_PHOTOS_A_REQUEST):
        batch = wishes[start : start + MAX_PHOTOS_A_REQUEST]
        photos = [{"sha256": wish.record.sha256, "taken_at": wish.taken.isoformat()} for wish in batch]
        answers = ask_of_photos(session, "/photos/redate", photos)
        redated = {sha256 for sha256, answer in answers.items() if answer.taken_at is not None}
        for wish in batch:
            failure = None if wish.record.sha256 in redated else "the cloud doesn't have it any more"
            yield Redated(wish.record, wish.taken, failure)


def rehearse(wishes: Iterable[Wish]) -> Iterator[Redated]:
    """Report what ``redate`` would do, and change nothing."""
    return (Redated(wish.record, wish.taken, is_rehearsal=True) for wish in wishes)


def with_followers(library: Library, records: Sequence[Record]) -> list[Record]:
    """The photos and what goes with them: videos, raw files and sidecars that took their capture times from them.

    Such files have the very time of the photo they follow, so they lie beside it in the table.

    Raises:
        CloudError: the table can't be read.
    """
    found = {record.sha256: record for record in records}
    for record in records:
        first = instant_key(record.taken.taken_at)
        for beside in library.records(Span(first, first + _MILLISECOND)):
            if beside.taken.source in _FOLLOWERS and _places(beside) & _places(record):
                found.setdefault(beside.sha256, beside)
    return list(found.values())


def _places(record: Record) -> set[tuple[str, str, str]]:
    """Where a photo and what goes with it lie: device, folder, and what their names have in common."""
    places = set()
    for source in record.parsed_sources:
        folder, _, name = source.path.rpartition("/")
        places.add((source.device, folder, family(name)))
    return places


def _corrected(record: Record, correction: Correction) -> CaptureTime:
    try:
        return CaptureTime(correction(record.taken.taken_at), TakenSource.USER)
    except (OverflowError, ValueError) as error:
        raise WrongUsage(f"{record.filename} would have a date that no calendar has", why=str(error)) from error
