"""Keeps the timelines of table ``Months`` as the records of table ``Photos`` are.

Each change of a record takes its old entry out and puts its new one in, so a batch that is delivered again changes
nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from photobak.cloud.store.contents import ContentsTable
from photobak.cloud.store.months import MonthsTable, Step
from photobak.cloud.store.photos import PhotosTable
from photobak.photo.kind import Kind
from photobak.photo.record import InvalidRecord, Record
from photobak.photo.timeline import may_be_in_timeline


@dataclass(frozen=True, slots=True)
class RecordChange:
    """What has become of one record."""

    before: Record | None
    """None for a new one, or where it is illegible."""
    after: Record | None
    """None for a removed one."""


def record_changes(stream_records: Iterable[Any]) -> dict[str, list[RecordChange]]:
    """Read the records of a DynamoDB stream: by identity id, in their order."""
    found: dict[str, list[RecordChange]] = {}
    for each in stream_records:
        before, after = _image(each, "OldImage"), _image(each, "NewImage")
        either = after or before
        if either is not None:
            found.setdefault(either.username, []).append(RecordChange(before, after))
    return found


def _image(stream_record: Any, name: str) -> Record | None:
    try:
        return Record.from_item(stream_record["dynamodb"][name])
    except (InvalidRecord, KeyError, TypeError):
        return None  # ``changes._records`` logs it; ``photobak repair`` finds what is missing then


@dataclass(frozen=True, slots=True)
class TimelineKeeper:
    """Applies changes of records to the timelines of one stack."""

    months: MonthsTable
    photos: PhotosTable
    contents: ContentsTable

    def apply(self, identity_id: str, changes: list[RecordChange]) -> None:
        """Bring one person's timeline up to date; doing it again changes nothing."""
        for change in changes:
            self._note_motion(identity_id, change)
        videos = [change.after.sha256 for change in changes if change.after and change.after.kind is Kind.VIDEO]
        hidden = self.months.motion_videos(identity_id, videos)
        self.months.apply(identity_id, [step for change in changes for step in _steps(change, hidden)])

    def _note_motion(self, identity_id: str, change: RecordChange) -> None:
        """The video half of a Live Photo has no place of its own while the photo has one."""
        before, after = _motion(change.before), _motion(change.after)
        for sha256, belongs in ((before, False), (after, True)):
            if sha256 is None or before == after:
                continue
            self.months.set_motion_video(identity_id, sha256, belongs=belongs)
            video = self._record(identity_id, sha256)
            if video is not None and may_be_in_timeline(video):
                self.months.apply(identity_id, [Step.of(video, present=not belongs)])

    def _record(self, identity_id: str, sha256: str) -> Record | None:
        content = self.contents.get(identity_id, sha256)
        return self.photos.get(identity_id, content.timestamp) if content and content.timestamp is not None else None


def _motion(record: Record | None) -> str | None:
    return record.motion if record is not None and may_be_in_timeline(record) else None


def _steps(change: RecordChange, hidden: set[str]) -> Iterator[Step]:
    before, after = change.before, change.after
    if before is not None and may_be_in_timeline(before):
        yield Step.of(before, present=False)
    if after is not None and may_be_in_timeline(after):
        yield Step.of(after, present=after.sha256 not in hidden)
