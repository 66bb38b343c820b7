"""``/albums``: create, list, rename, delete; put photos into them and take them out.

The albums of a photo are a set in its record, so that a photo keeps them when it is deleted, redated or repaired. The
table ``Albums`` is an index of these sets.
"""

import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final

from photobak.cloud.api.requests import AlbumIndexQuery, ChangedAlbum, NewAlbum
from photobak.cloud.http.problem import Problem
from photobak.cloud.store.albums import AlbumStore
from photobak.cloud.store.library import Library
from photobak.photo.album import Album
from photobak.photo.keys import plain

_PARALLEL: Final = 16
_TRIES: Final = 10
_ID_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Albums:
    """The albums of one stack."""

    store: AlbumStore
    library: Library

    def listed(self, identity_id: str) -> list[dict[str, Any]]:
        """Every album by name."""
        return [album.to_json() for album in self.store.all(identity_id)]

    def create(self, identity_id: str, wish: NewAlbum) -> dict[str, Any]:
        """Make an album."""
        album = Album(secrets.token_hex(_ID_BYTES), wish.name, wish.description)
        self.library.albums.mark_whole(identity_id, album.id)
        self.store.put(identity_id, album)
        return album.to_json()

    def change(self, identity_id: str, wish: ChangedAlbum) -> dict[str, Any]:
        """Give an album another name, description or cover; what is not said stays.

        Raises:
            Problem: there is no such album (404).
        """
        album = self._require(identity_id, wish.id)
        after = replace(
            album,
            name=album.name if wish.name is None else wish.name,
            description=album.description if wish.description is None else wish.description,
            cover=album.cover if wish.cover is None else wish.cover,
        )
        self.store.put(identity_id, after)
        return after.to_json()

    def delete(self, identity_id: str, album_id: str) -> None:
        """Delete an album; its photos stay.

        Raises:
            Problem: there is no such album (404).
        """
        self._require(identity_id, album_id)
        self.store.remove(identity_id, album_id)
        self.library.albums.unmark(identity_id, album_id)

    def index(self, identity_id: str, query: AlbumIndexQuery) -> dict[str, Any]:
        """List the photos of an album as its index has them.

        Returns:
            ``photos`` with ``sha256`` and ``timestamp`` of each, newest first; ``before``, to continue with, unless it
            is the last page; and ``whole``: whether the index has all photos of the album.
        """
        before = None if query.before is None else Decimal(query.before)
        places, following = self.library.albums.places(identity_id, query.id, query.limit, before=before)
        return {
            "photos": [{"sha256": place.sha256, "timestamp": plain(place.timestamp)} for place in places],
            "whole": self.library.albums.is_whole(identity_id, query.id),
            **({} if following is None else {"before": plain(following)}),
        }

    def move(
        self, identity_id: str, album_id: str, added: Sequence[str], removed: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Put photos into an album, and take others out; those in the trash stay where they are.

        Returns:
            For each: ``sha256`` and ``status``, which is ``unknown`` where there is no such photo.

        Raises:
            Problem: photos are to be put into an album that is not there (404).
        """
        if added:
            self._require(identity_id, album_id)
        wishes = [(sha256, True) for sha256 in added] + [(sha256, False) for sha256 in removed]
        with ThreadPoolExecutor(_PARALLEL) as pool:
            return list(pool.map(lambda wish: self._move(identity_id, album_id, *wish), wishes))

    def _require(self, identity_id: str, album_id: str) -> Album:
        album = self.store.get(identity_id, album_id)
        if album is None:
            raise Problem(HTTPStatus.NOT_FOUND, f"There is no album {album_id}.")
        return album

    def _move(self, identity_id: str, album_id: str, sha256: str, into: bool) -> dict[str, Any]:
        for _ in range(_TRIES):
            before = self.library.find(identity_id, sha256)
            if before is None or not before.status.kept:
                return {"sha256": sha256, "status": "unknown"}
            albums = before.albums | {album_id} if into else before.albums - {album_id}
            after = replace(before, albums=albums)
            if after == before or self.library.replace(before, after):
                self.library.write_record_json(after)
                return {"sha256": sha256, "status": after.status.value}
        raise Problem.contended(sha256)
