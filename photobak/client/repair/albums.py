"""Repairs the index of albums: albums whose index differs from the records are indexed again by the backend."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from photobak.client.account.api import call
from photobak.client.account.session import Session
from photobak.client.library.albums import Albums, Place, album_index
from photobak.client.library.library import Library
from photobak.client.repair.judge import RepairResult
from photobak.errors import PhotobakError
from photobak.photo.album import is_album_id
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.keys import plain


@dataclass(frozen=True, slots=True)
class RepairedAlbum:
    """The result for one album."""

    album_id: str
    result: RepairResult

    def to_json(self) -> dict[str, Any]:
        """The line of ``repair --json``."""
        return {"type": "album", "id": self.album_id, "result": self.result.value}


class AlbumRepair:
    """The albums of one person."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def rehearse(self) -> Iterator[RepairedAlbum]:
        """Report the albums that need repair; raises as ``repair``."""
        for album_id, _ in self._wrong():
            yield RepairedAlbum(album_id, RepairResult.WOULD_REPAIR)

    def repair(self) -> Iterator[RepairedAlbum]:
        """Have each wrong album indexed again.

        Raises:
            CloudError: the tables can't be read, or the backend can't be asked.
            SignInNeeded: the session has ended.
        """
        for album_id, places in self._wrong():
            for start in range(0, max(1, len(places)), MAX_PHOTOS_A_REQUEST):
                end = start + MAX_PHOTOS_A_REQUEST
                photos = [{"sha256": each.sha256, "timestamp": plain(each.timestamp)} for each in places[start:end]]
                content = {"id": album_id, "photos": photos, "whole": end >= len(places)}
                call(self._session, "/photos/repair/albums", content)
            yield RepairedAlbum(album_id, RepairResult.REPAIRED)

    def _wrong(self) -> Iterator[tuple[str, list[Place]]]:
        """The albums whose index is wrong, each with the places in which it differs from the records."""
        expected: dict[str, set[Place]] = {album.id: set() for album in Albums(self._session).all()}
        for record in Library(self._session, _left_out).in_albums():
            for album_id in filter(is_album_id, record.albums):
                expected.setdefault(album_id, set()).add(Place(record.sha256, record.timestamp))
        for album_id, places in sorted(expected.items()):
            index = album_index(self._session, album_id)
            if not index.whole or index.places != places:
                yield album_id, list(index.places ^ places)


def _left_out(_error: PhotobakError) -> None:
    """A record that can't be read is in no index; ``verify`` reports it."""
