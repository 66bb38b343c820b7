"""``GET /list/photos``: records, newest first, each with short-lived URLs of its previews."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from photobak.cloud.api.requests import ListQuery
from photobak.cloud.store.objects import PhotoBucket
from photobak.cloud.store.photos import PhotosTable
from photobak.photo.keys import instant_key, plain
from photobak.photo.record import Record, Status


@dataclass(frozen=True, slots=True)
class Lister:
    """Lists the photos of one stack."""

    photos: PhotosTable
    bucket: PhotoBucket

    def page(self, identity_id: str, query: ListQuery) -> dict[str, Any]:
        """One page; it has a ``before`` to continue with unless it is the last."""
        since = instant_key(query.since) if query.since else None
        page = self.photos.newest(identity_id, query.limit, since, _upper_bound(query))
        shown = [self._entry(record) for record in page.records if record.status is not Status.TRASHED]
        more = {"before": plain(page.before)} if page.before is not None else {}
        return {"photos": shown, **more}

    def _entry(self, record: Record) -> dict[str, Any]:
        urls = {"thumb_url": record.thumb_key, "web_url": record.web_key}
        return record.listing() | {name: self.bucket.view_url(key) for name, key in urls.items() if key}


def _upper_bound(query: ListQuery) -> Decimal | None:
    """The sort key that the page ends before: the cursor's, or the one after ``until``'s millisecond."""
    after_until = instant_key(query.until + timedelta(milliseconds=1)) if query.until else None
    bounds = [bound for bound in (after_until, Decimal(query.before) if query.before else None) if bound is not None]
    return min(bounds, default=None)
