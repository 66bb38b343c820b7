"""``GET /list/photos``: records, newest first, each with short-lived addresses of its previews."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from photobak.cloud.http.models import ListQuery
from photobak.cloud.store.photos import PhotosTable
from photobak.photo.keys import instant_key, plain
from photobak.photo.record import Record, Status

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

VIEW_SECONDS: Final = 900
"""How long a presigned address of a preview works."""


@dataclass(frozen=True, slots=True)
class Lister:
    """Lists the photos of one stack."""

    photos: PhotosTable
    s3: "S3Client"
    photo_bucket: str

    def page(self, identity_id: str, query: ListQuery) -> dict[str, Any]:
        """One page; it has a ``before`` to go on with unless it is the last."""
        since = instant_key(query.since) if query.since else None
        page = self.photos.newest(identity_id, query.limit, since, _upper_bound(query))
        shown = [self._entry(record) for record in page.records if record.status is not Status.TRASHED]
        more = {"before": plain(page.before)} if page.before is not None else {}
        return {"photos": shown, **more}

    def _entry(self, record: Record) -> dict[str, Any]:
        addresses = {"thumb_url": record.thumb_key, "web_url": record.web_key}
        return record.listing() | {name: self._sign(key) for name, key in addresses.items() if key}

    def _sign(self, key: str) -> str:
        where = {"Bucket": self.photo_bucket, "Key": key}
        return self.s3.generate_presigned_url("get_object", Params=where, ExpiresIn=VIEW_SECONDS)


def _upper_bound(query: ListQuery) -> Decimal | None:
    """The sort key that the page ends before: the cursor's, or the one after ``until``'s millisecond."""
    after_until = instant_key(query.until + timedelta(milliseconds=1)) if query.until else None
    bounds = [bound for bound in (after_until, Decimal(query.before) if query.before else None) if bound is not None]
    return min(bounds, default=None)
