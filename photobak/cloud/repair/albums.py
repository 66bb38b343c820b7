"""``POST /photos/repair/albums``: makes the index of an album agree with the records, a hundred photos at a time.

The index has no photos from before the table ``Albums`` existed, and loses some if the table does. A request only says
which photos to look at; the records decide. Repeating it changes nothing.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from photobak.cloud.store.album_index import Place
from photobak.cloud.store.library import Library

_PARALLEL: Final = 16


@dataclass(frozen=True, slots=True)
class AlbumRepairer:
    """Repairs the album index of one stack."""

    library: Library

    def repair(self, identity_id: str, album_id: str, places: Sequence[Place], whole: bool) -> list[dict[str, Any]]:
        """Add or remove the places of photos in an album.

        Args:
            identity_id: the owner.
            album_id: the album.
            places: those that may be missing or wrong.
            whole: whether the index is whole after that.

        Returns:
            For each place: ``sha256``, and whether the photo is in the album (``member``).
        """
        with ThreadPoolExecutor(_PARALLEL) as pool:
            members = list(pool.map(self.library.settle, places))
        if whole:
            self.library.albums.mark_whole(identity_id, album_id)
        return [{"sha256": place.sha256, "member": member} for place, member in zip(places, members, strict=True)]
