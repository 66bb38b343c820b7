"""What the photo bucket has of the signed-in person: listed kind by kind, and looked at one by one."""

import json
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Final

from photobak.client.account.session import Session
from photobak.client.transport.s3 import S3
from photobak.client.verify.judge import Listed
from photobak.client.verify.listing_page import ListingPage
from photobak.errors import CloudError
from photobak.photo.keys import record_key
from photobak.photo.record import InvalidRecord, Record

KINDS: Final = ("original", "thumb", "web", "record")

_FROZEN: Final = frozenset({"GLACIER", "DEEP_ARCHIVE"})
_WHAT: Final = "the bucket can't be read"


class OwnObjects:
    """The objects of one person. Threads may share it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._s3 = S3(session)

    def pages(self, kind: str) -> Iterator[list[Listed]]:
        """The objects of one of the KINDS, in the order of their keys' bytes, which is that of the hashes in them.

        Raises:
            CloudError: the bucket can't be read; so from all that is here.
            SignInNeeded: the credentials are not accepted any more; likewise.
        """
        query = {"prefix": f"{kind}/{self._session.identity_id}/", "encoding-type": "url"}
        while True:
            try:
                page = ListingPage(self._s3.listing(query, what=_WHAT))
                found = list(map(_listed, page.entries))
            except (ValueError, KeyError) as error:
                raise CloudError(_WHAT, why="S3 gave a listing that can't be read") from error
            yield found
            if page.next_page is None:
                return
            query["continuation-token"] = page.next_page

    def seen(self, key: str) -> Listed | None:
        """One object as it is now; None where there is none."""
        found = self._s3.head(key, what=_WHAT)
        if found is None:
            return None
        modified_at = parsedate_to_datetime(found["Last-Modified"]).isoformat()
        return Listed(key, int(found["Content-Length"]), modified_at, found.get("x-amz-storage-class") in _FROZEN)

    def record_beside(self, sha256: str) -> Record | None:
        """The record as it lies beside the photo; None where there is none, or none that can be read."""
        body = self._s3.get(record_key(self._session.identity_id, sha256), what=_WHAT)
        if body is None:
            return None
        try:
            return Record.from_json(json.loads(body))
        except (ValueError, InvalidRecord):
            return None


def _listed(entry: Mapping[str, str]) -> Listed:
    return Listed(entry["Key"], int(entry["Size"]), entry["LastModified"], entry.get("StorageClass") in _FROZEN)
