"""Albums of the signed-in person, through the API; a photo's record says in which it is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from photobak.client.account.api import UnknownRoute, call
from photobak.client.account.session import Session
from photobak.client.transport.errors import printable
from photobak.errors import CloudError, WrongUsage
from photobak.photo.album import Album, is_album_id
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.identity import is_sha256

_ROUTE = "/albums"


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a photo in an album."""

    sha256: str
    timestamp: Decimal
    """The sort key of its record."""


@dataclass(frozen=True, slots=True)
class AlbumIndex:
    """The photos of an album, as the cloud's index has them."""

    places: frozenset[Place]
    whole: bool
    """Whether these are all; False for an album from before the index, until ``photobak repair``."""


def album_index(session: Session, album_id: str) -> AlbumIndex:
    """Read the index of an album, and no record.

    Raises:
        CloudError: the API can't be reached, or its answer can't be used.
        SignInNeeded: the session has ended.
    """
    places: set[Place] = set()
    query = {"id": album_id}
    while True:
        try:
            answer = call(session, f"{_ROUTE}/photos?{urlencode(query)}", None, method="GET")
        except UnknownRoute:  # a cloud from before the index
            return AlbumIndex(frozenset(), whole=False)
        places.update(_place(entry.text("sha256"), entry.text("timestamp")) for entry in answer.objects("photos"))
        before = answer.text_or_none("before")
        if before is None:
            return AlbumIndex(frozenset(places), answer.flag("whole"))
        query["before"] = before


def _place(sha256: str, timestamp: str) -> Place:
    try:
        place = Place(sha256, Decimal(timestamp))
    except InvalidOperation:
        place = None
    if place is None or not is_sha256(sha256) or not place.timestamp.is_finite():
        raise CloudError("the cloud gave the index of an album that can't be read", why="a photo in it has no key")
    return place


class Albums:
    """The albums of one session's person."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[Album]:
        """Every album by name.

        Raises:
            CloudError: the API can't be reached, or its answer can't be used.
            SignInNeeded: the session has ended.
        """
        answer = call(self._session, _ROUTE, None, method="GET")
        return [_album(entry.raw) for entry in answer.objects("albums")]

    def find(self, name_or_id: str) -> Album:
        """The album of this id, or else of this name, capitals or not; raises as ``all``.

        Raises:
            WrongUsage: there is none, or several have this name.
        """
        albums = self.all()
        found = [album for album in albums if album.id == name_or_id] or [
            album for album in albums if album.name.casefold() == name_or_id.casefold()
        ]
        if len(found) == 1:
            return found[0]
        if not found:
            raise WrongUsage(f"there is no album {name_or_id}", next_step="List them: photobak album ls")
        ids = ", ".join(album.id for album in found)
        raise WrongUsage(f"{len(found)} albums are called {name_or_id}", next_step=f"Name one by its id: {ids}")

    def create(self, name: str, description: str = "") -> Album:
        """Make an album; raises as ``all``."""
        return _album(call(self._session, _ROUTE, {"name": name, "description": description}).raw)

    def rename(self, album: Album, name: str) -> Album:
        """Give an album another name; raises as ``all``."""
        return _album(call(self._session, _ROUTE, {"id": album.id, "name": name}, method="PATCH").raw)

    def delete(self, album: Album) -> None:
        """Delete an album; its photos stay. Raises as ``all``."""
        call(self._session, _ROUTE, {"id": album.id}, method="DELETE")

    def put_in(self, album: Album, hashes: Iterable[str]) -> Iterator[tuple[str, bool]]:
        """Put photos into an album; for each whether the cloud has it. Raises as ``all``."""
        return self._move(album, "add", list(hashes))

    def take_out(self, album: Album, hashes: Iterable[str]) -> Iterator[tuple[str, bool]]:
        """Take photos out of an album; for each whether the cloud has it. Raises as ``all``."""
        return self._move(album, "remove", list(hashes))

    def _move(self, album: Album, verb: str, hashes: Sequence[str]) -> Iterator[tuple[str, bool]]:
        for start in range(0, len(hashes), MAX_PHOTOS_A_REQUEST):
            batch = hashes[start : start + MAX_PHOTOS_A_REQUEST]
            answer = call(self._session, f"{_ROUTE}/photos", {"id": album.id, verb: batch})
            for entry in answer.objects("photos"):
                yield entry.text("sha256"), entry.text("status") != "unknown"


def _album(said: object) -> Album:
    try:
        album = Album.from_json(said)  # type: ignore[arg-type]  # what is none raises TypeError
    except (ValueError, TypeError, KeyError) as error:
        raise CloudError("the cloud gave an album that can't be read", why=printable(str(error))) from error
    if not is_album_id(album.id):
        raise CloudError("the cloud gave an album that can't be read", why="its id is none")
    return album
