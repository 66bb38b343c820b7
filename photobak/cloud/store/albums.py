"""Albums: each is a small JSON in the photo bucket; which photos are in it, their records say."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger

from photobak.photo.album import Album
from photobak.photo.keys import album_key, album_prefix

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_PARALLEL: Final = 16

logger = Logger(child=True)


@dataclass(frozen=True, slots=True)
class AlbumStore:
    """The albums of one stack."""

    s3: "S3Client"
    bucket: str

    def all(self, identity_id: str) -> list[Album]:
        """Every album of a person by name; illegible ones are left out."""
        with ThreadPoolExecutor(_PARALLEL) as pool:
            found = pool.map(self._read, self._keys(identity_id))
            albums = [album for album in found if album is not None]
        return sorted(albums, key=lambda album: (album.name.casefold(), album.id))

    def get(self, identity_id: str, album_id: str) -> Album | None:
        """One album; None where there is none."""
        key = album_key(identity_id, album_id)
        return self._read(key) if key in self._keys(identity_id, album_id) else None

    def put(self, identity_id: str, album: Album) -> None:
        """Write an album."""
        body = json.dumps(album.to_json(), ensure_ascii=False, sort_keys=True).encode()
        key = album_key(identity_id, album.id)
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType="application/json")

    def remove(self, identity_id: str, album_id: str) -> None:
        """Hide an album; its earlier versions stay as long as those of photos."""
        self.s3.delete_object(Bucket=self.bucket, Key=album_key(identity_id, album_id))

    def _keys(self, identity_id: str, album_id: str = "") -> Iterator[str]:
        prefix = album_prefix(identity_id) + album_id
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
            yield from (entry["Key"] for entry in page.get("Contents", []))

    def _read(self, key: str) -> Album | None:
        body: Any = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"]
        try:
            return Album.from_json(json.load(body))
        except (ValueError, TypeError, KeyError) as error:
            logger.warning("An album was skipped", extra={"key": key, "reason": str(error)})
            return None
