"""``POST /prep/photoupload``: for each photo a presigned POST, or the answer that it is stored or in the trash."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from photobak.cloud.http.problem import Problem
from photobak.cloud.store.contents import Content
from photobak.cloud.store.library import Library
from photobak.cloud.store.uploads import PostSigner
from photobak.photo.announcement import Announcement
from photobak.photo.described import enriched
from photobak.photo.keys import TempKey, plain, timestamp_key
from photobak.photo.record import Record, Status

_PARALLEL: Final = 16


@dataclass(frozen=True, slots=True)
class Preparer:
    """Answers announcements for one stack."""

    library: Library
    signer: PostSigner
    max_upload_bytes: int
    clock: Callable[[], datetime]

    def prepare(
        self, identity_id: str, announcements: Sequence[Announcement], allow_new_dates: Callable[[int], None]
    ) -> list[dict[str, Any]]:
        """Answer each announcement, in order.

        Args:
            identity_id: who announces.
            announcements: up to a hundred.
            allow_new_dates: called with the number of stored photos that are about to get another capture time, since
                an import knows it better; raises if there are too many.

        Returns:
            ``status`` is ``upload`` with a presigned POST; ``stored``; or ``trashed`` or ``forgotten``: its owner has
            deleted it, so it is not uploaded, with ``deleted_at``, ``deleted_from`` and ``trashed_until``.

        Raises:
            Problem: a photo is larger than one POST may be (413), named by its file name.
        """
        for announcement in announcements:
            self._refuse_too_large(announcement)
        contents = self.library.contents.get_many(identity_id, [each.sha256 for each in announcements])
        kept = {sha256: content for sha256, content in contents.items() if content.status.kept}
        timestamps = {content.timestamp for content in kept.values() if content.timestamp is not None}
        records = self.library.photos.get_many(identity_id, timestamps)
        if number := sum(_redates(each, records.get(each.sha256)) for each in announcements):
            allow_new_dates(number)
        new = [each for each in announcements if each.sha256 not in kept]
        expected = bool(new) and self.library.contents.expect_all(identity_id, new, self.clock())
        if expected and not kept:
            return [self._upload(identity_id, each) for each in announcements]  # no table access left to parallelise

        def answer(announcement: Announcement) -> dict[str, Any]:
            record = records.get(announcement.sha256)
            if announcement.sha256 in kept:
                return self._known(identity_id, kept[announcement.sha256], record, announcement)
            if expected:
                return self._upload(identity_id, announcement)
            return self._expect(identity_id, announcement, allow_new_dates)

        with ThreadPoolExecutor(_PARALLEL) as pool:
            return list(pool.map(answer, announcements))

    def _refuse_too_large(self, announcement: Announcement) -> None:
        if announcement.size > self.max_upload_bytes:
            sizes = f"{announcement.size} bytes; one upload takes at most {self.max_upload_bytes}"
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"{announcement.filename} has {sizes}.")

    def _expect(
        self, identity_id: str, announcement: Announcement, allow_new_dates: Callable[[int], None]
    ) -> dict[str, Any]:
        if not self.library.contents.expect(identity_id, announcement, self.clock()):
            # It is in the trash, or another device has stored it since the table was read.
            content = self.library.contents.get(identity_id, announcement.sha256)
            if content is not None and (content.status.deleted or content.timestamp is not None):
                record = self.library.record_of(identity_id, content)
                if _redates(announcement, record):
                    allow_new_dates(1)
                return self._known(identity_id, content, record, announcement)
        return self._upload(identity_id, announcement)

    def _upload(self, identity_id: str, announcement: Announcement) -> dict[str, Any]:
        key = TempKey(identity_id, announcement.sha256)
        post = self.signer.sign(key, announcement.size, announcement.content_type)
        timestamp = plain(timestamp_key(announcement.taken.taken_at, announcement.sha256))
        return {"sha256": announcement.sha256, "timestamp": timestamp, "status": "upload", **post}

    def _known(
        self, identity_id: str, content: Content, record: Record | None, announcement: Announcement
    ) -> dict[str, Any]:
        timestamp = plain(content.timestamp) if content.timestamp is not None else None
        answer = {"sha256": content.sha256, "timestamp": timestamp, "status": "stored"}
        if record is not None:
            if announcement.described is not None:
                self.library.enrich(record, announcement.described, announcement.taken)
                record = self.library.find(identity_id, record.sha256) or record
            self.library.update_sources(record, announcement.sources, announcement.sources_gone)
        return answer | self._deletion(identity_id, content, record) if content.status.deleted else answer

    def _deletion(self, identity_id: str, content: Content, record: Record | None) -> dict[str, Any]:
        now = self.clock()
        if content.status is Status.TRASHED and content.is_forgotten(now) and record is None:
            self.library.contents.forget(identity_id, content.sha256, now)
        times = {"trashed_until": content.trashed_until, "deleted_at": content.deleted_at}
        return {
            "status": "forgotten" if content.is_forgotten(now) else "trashed",
            **{name: time.isoformat() if time else None for name, time in times.items()},
            "deleted_from": content.deleted_from,
        }


def _redates(announcement: Announcement, record: Record | None) -> bool:
    """Whether what an import announces changes the capture time of a photo that is stored already."""
    if record is None or announcement.described is None or not record.status.kept:
        return False
    return enriched(record, announcement.described, announcement.taken).taken != record.taken
