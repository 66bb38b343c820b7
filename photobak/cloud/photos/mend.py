"""``POST /photos/repair/objects``: originals, previews and whole records, as far as any version in the bucket tells.

Nothing is deleted for it: what is wrong stays below what is right, as an older version. Every step may be repeated.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from photobak.cloud.http.problem import Problem
from photobak.cloud.photos.describe import make_record, media_type_of
from photobak.cloud.photos.previews import Previewer, keep_previews
from photobak.cloud.photos.recollect import recollect
from photobak.cloud.store.library import Library
from photobak.cloud.store.originals import Condition
from photobak.cloud.store.posts import PostSigner
from photobak.cloud.store.uploads import Upload, fetched
from photobak.photo.keys import TempKey
from photobak.photo.kind import Kind
from photobak.photo.preview import Previews
from photobak.photo.record import Record, Status

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SECONDS: Final = 15.0
"""After so long no further photo is begun: HTTP APIs wait for 30 s, and one photo alone may take some."""

_TRIES: Final = 10


class _Unavailable(Exception):
    """The original can't be had; the only argument is the answer's status."""


@dataclass(frozen=True, slots=True)
class Mender:
    """Mends what one stack keeps."""

    library: Library
    s3: "S3Client"
    signer: PostSigner
    previewer: Previewer
    stopwatch: Callable[[], float]
    """Seconds, from anywhere."""

    def mend(self, identity_id: str, doubts: Mapping[str, bool]) -> list[dict[str, Any]]:
        """Mend photos, one after the other, for as long as there is time.

        Args:
            identity_id: whose they are.
            doubts: by SHA-256, whether the original's bytes are in doubt although it is as long as it was.

        Returns:
            For each, in order: ``sha256``, and ``status`` as it is in the tables now; or ``lost`` where no version
            of the original has the right bytes, with ``upload``, where to send them; ``frozen`` where they have to be
            thawed first; ``unknown`` where there is nothing of it; ``later`` where there was no time for it.

        Raises:
            Problem: a photo keeps being changed by somebody else (409).
        """
        end = self.stopwatch() + SECONDS
        answers: list[dict[str, Any]] = []
        for sha256, is_in_doubt in doubts.items():
            if answers and self.stopwatch() > end:
                answers.append({"sha256": sha256, "status": "later"})
            else:
                answers.append({"sha256": sha256, **self._mend(TempKey(identity_id, sha256), is_in_doubt)})
        return answers

    def _mend(self, key: TempKey, is_in_doubt: bool) -> dict[str, Any]:
        record = self.library.find(key.identity_id, key.sha256)
        try:
            if record is None:
                return {"status": self._recollect(key)}
            return {"status": self._mend_photo(key, record, is_in_doubt) if record.status.kept else record.status}
        except _Unavailable as why:
            lost = record is not None and why.args == ("lost",)
            upload = {"upload": self.signer.sign(key, record.size, record.content_type)} if record and lost else {}
            return {"status": why.args[0], **upload}

    def _mend_photo(self, key: TempKey, record: Record, is_in_doubt: bool) -> str:
        """Mend the objects of a photo that has a record; its status then."""
        originals, what = self.library.bucket.originals, (record.original_key, record.sha256, record.size)
        lacks_previews = not self.library.bucket.has_previews(record)
        look = originals.look_into if is_in_doubt or lacks_previews else originals.glance
        if look(*what) is not Condition.SOUND and not originals.bring_back(*what):
            raise _Unavailable("lost")
        if not lacks_previews:
            return record.status.value
        with self._fetched(record.original_key, key) as original:
            made = self.previewer(original, media_type_of(original, record))
        if isinstance(made, Previews):
            keep_previews(self.library.bucket, key, made)
            return record.status.value
        after = replace(record, status=Status.NO_PREVIEW, reason=made, thumb_key=None, web_key=None)
        if self.library.replace(record, after):
            self.library.lay_record_beside(after)
        return after.status.value

    def _recollect(self, key: TempKey) -> str:
        """Make the record of a photo anew that has none any more, from its original alone; its status then."""
        for _ in range(_TRIES):
            content = self.library.contents.get(key.identity_id, key.sha256)
            original_key = self.library.bucket.originals.find(key.identity_id, key.sha256)
            if original_key is None or (content is not None and content.status is Status.TRASHED):
                return "unknown"
            with self._fetched(original_key, key) as original:
                description = recollect(original)
                is_photo = description.media_type.kind is Kind.PHOTO
                previews = self.previewer(original, description.media_type) if is_photo else None
                made = make_record(original, description, previews, original.uploaded_at)
            if isinstance(previews, Previews):
                keep_previews(self.library.bucket, key, previews)
            record = replace(made, original_key=original_key)
            if self.library.settle(record, content):
                self.library.lay_record_beside(record)
                return record.status.value
        raise Problem(HTTPStatus.CONFLICT, f"The photo {key.sha256} keeps being changed by somebody else. Try again.")

    @contextmanager
    def _fetched(self, original_key: str, key: TempKey) -> Iterator[Upload]:
        """An original with the right bytes, on the disk for as long as the context lasts."""
        try:
            with fetched(self.s3, self.library.bucket.name, original_key, key) as original:
                if original is None or original.sha256 != key.sha256:
                    raise _Unavailable("lost")
                yield original
        except ClientError as error:
            if error.response["Error"]["Code"] != "InvalidObjectState":
                raise
            raise _Unavailable("frozen") from error
