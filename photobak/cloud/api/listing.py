"""``GET /list/photos``: records, newest first, each with short-lived URLs of its previews."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from photobak.cloud.api.requests import ListQuery
from photobak.cloud.api.timeline import Placed, Timeline
from photobak.cloud.store.album_index import AlbumsTable
from photobak.cloud.store.photos import Page, PhotosTable
from photobak.cloud.store.signed_urls import UrlSigner
from photobak.photo.keys import instant_key, plain
from photobak.photo.kind import Kind
from photobak.photo.record import Record
from photobak.photo.timeline import may_be_in_timeline

_MAX_READ: Final = 2_000
"""Records that one request looks through for those that match; the next one goes on behind them."""
_FOR_VIEWERS: Final = (
    *("reason", "lens", "f_number", "exposure_time", "iso", "focal_length", "duration", "description", "favorite"),
    *("motion", "motion_offset", "motion_size", "thumbhash"),
)
"""What a viewer shows beside what ``ls --json`` prints, as far as it is known."""


@dataclass(frozen=True, slots=True)
class Lister:
    """Lists the photos of one stack."""

    photos: PhotosTable
    albums: AlbumsTable
    timeline: Timeline
    signer: UrlSigner

    def page(self, identity_id: str, query: ListQuery) -> dict[str, Any]:
        """One page; it has a ``before`` to continue with unless it is the last."""
        if query.photo is not None:
            found = self.timeline.locate(identity_id, query.photo)
            return {"photos": [self._placed(found)] if found else []}
        if query.month is not None:
            page = self.timeline.page(identity_id, query.month, query.position, query.limit)
            return {"photos": [self._placed(each) for each in page]}
        records, before = self._matching(identity_id, query)
        more = {"before": plain(before)} if before is not None else {}
        return {"photos": [self._entry(record) for record in records], **more}

    def _matching(self, identity_id: str, query: ListQuery) -> tuple[list[Record], Decimal | None]:
        """Records that match, and where the next page begins."""
        found: list[Record] = []
        read = 0
        for page in self._pages(identity_id, query):
            shown = set(map(id, self._shown(identity_id, page.records)))
            for record in page.records:
                read += 1
                if id(record) in shown and query.matches(record):
                    found.append(record)
                if len(found) == query.limit:
                    last = page.before is None and record is page.records[-1]
                    return found, None if last else record.timestamp
            if read >= _MAX_READ and page.before is not None:
                return found, page.before
        return found, None

    def _pages(self, identity_id: str, query: ListQuery) -> Iterator[Page]:
        since = instant_key(query.since) if query.since else None
        before = _upper_bound(query)
        album = query.album if query.album and self.albums.is_whole(identity_id, query.album) else None
        limit = query.limit if query.by_time_alone and query.album == album else min(500, 5 * query.limit)
        while True:
            if album is None:
                page = self.photos.newest(identity_id, limit, since, before)
            else:
                page = self._album_page(identity_id, album, limit, since, before)
            yield page
            before = page.before
            if before is None:
                return

    def _album_page(
        self, identity_id: str, album: str, limit: int, since: Decimal | None, before: Decimal | None
    ) -> Page:
        """Records of an album: a query of its index, then the records by key; one that has just changed is left out."""
        places, following = self.albums.places(identity_id, album, limit, since, before)
        records = self.photos.get_readable(identity_id, [place.timestamp for place in places])
        return Page(sorted(records, key=lambda record: record.timestamp, reverse=True), following)

    def _shown(self, identity_id: str, records: Iterable[Record]) -> Iterator[Record]:
        """Without what has no place of its own in a gallery: sidecars, the trash, the moving halves of Live Photos."""
        some = [record for record in records if may_be_in_timeline(record)]
        videos = [record.sha256 for record in some if record.kind is Kind.VIDEO]
        hidden = self.timeline.months.motion_videos(identity_id, videos)
        return (record for record in some if record.sha256 not in hidden)

    def _placed(self, placed: Placed) -> dict[str, Any]:
        return self._entry(placed.record) | {"month": placed.month, "position": placed.position}

    def _entry(self, record: Record) -> dict[str, Any]:
        urls = {"thumb_url": record.thumb_key, "web_url": record.web_key}
        known = record.to_json()
        more = {name: known[name] for name in _FOR_VIEWERS if name in known}
        return record.listing() | more | {name: self.signer.sign(key) for name, key in urls.items() if key}


def _upper_bound(query: ListQuery) -> Decimal | None:
    """The sort key that the page ends before: the cursor's, or the one after ``until``'s millisecond."""
    after_until = instant_key(query.until + timedelta(milliseconds=1)) if query.until else None
    bounds = [bound for bound in (after_until, Decimal(query.before) if query.before else None) if bound is not None]
    return min(bounds, default=None)
