"""What is fetched of a photo: its original, or one of its previews."""

from dataclasses import replace
from enum import StrEnum
from typing import Final

from photobak.client.restore.part import Expected
from photobak.client.transport.download import Download
from photobak.photo.record import Record

_PREVIEW: Final = ".webp"


class Variant(StrEnum):
    """The sizes that the cloud has of a photo."""

    ORIGINAL = "original"
    WEB = "web"
    THUMB = "thumb"

    def key(self, record: Record) -> str | None:
        """Where it lies in the photo bucket; None where the photo has no such preview."""
        match self:
            case Variant.ORIGINAL:
                return record.original_key
            case Variant.WEB:
                return record.web_key
            case _:
                return record.thumb_key

    def named(self, record: Record) -> Record:
        """The record with the names that this variant gets: ``IMG_1.JPG.webp`` for a preview of ``IMG_1.JPG``."""
        if self is Variant.ORIGINAL:
            return record
        sources = frozenset(f"{source}{_PREVIEW}" for source in record.sources)
        return replace(record, filename=f"{record.filename}{_PREVIEW}", sources=sources)

    def expected(self, record: Record, key: str, download: Download) -> Expected:
        """What the file has to be: an original has its hash, a preview is what the bucket says that it is.

        Raises:
            Gone, CloudError, SignInNeeded: the bucket doesn't say it.
        """
        if self is Variant.ORIGINAL:
            return Expected(record.size, record.sha256)
        facts = download.facts(key)
        return Expected(facts.size, facts.md5, "md5")
