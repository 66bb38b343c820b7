"""``GET /photos/{sha256}/original``: short-lived addresses of an untouched original, to play it or to save it."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from photobak.cloud.http.problem import Problem
from photobak.cloud.store.library import Library
from photobak.cloud.store.signed_urls import UrlSigner


@dataclass(frozen=True, slots=True)
class OriginalLinks:
    """Hands out the originals of one stack."""

    library: Library
    signer: UrlSigner

    def links(self, identity_id: str, sha256: str) -> dict[str, Any]:
        """Where an original can be had for an hour at least.

        Raises:
            Problem: the photo is unknown or in the trash (404), or its original has to be thawed first (409).
        """
        record = self.library.find(identity_id, sha256)
        if record is None or not record.status.kept:
            raise Problem(HTTPStatus.NOT_FOUND, "This photo is not in your library.")
        if self.library.bucket.is_frozen(record.original_key):
            detail = f"The original is in cold storage. Thaw it and get it: photobak get {record.id}"
            raise Problem(HTTPStatus.CONFLICT, detail)
        play = {"response-content-type": record.content_type, "response-content-disposition": "inline"}
        save = {"response-content-type": "application/octet-stream"}
        save |= {"response-content-disposition": _attachment(record.filename)}
        return {
            "url": self.signer.sign(record.original_key, play),
            "download_url": self.signer.sign(record.original_key, save),
        }


def _attachment(filename: str) -> str:
    """RFC 6266, 4.3: the name in UTF-8, and for those who can't read that, without what is not ASCII."""
    plain = "".join(each if each.isascii() and each.isprintable() and each not in '"\\' else "_" for each in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
