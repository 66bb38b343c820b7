"""Reads originals back, and compares what comes with what was stored."""

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator
from typing import TYPE_CHECKING

from photobak.client.account.session import Session
from photobak.client.concurrency.parallel import parallel
from photobak.client.transport.aws_errors import aws_errors
from photobak.client.verify.judge import Checked, Problem, ProblemKind, original_to_compare
from photobak.client.verify.sample import Sample
from photobak.photo.identity import CHUNK_BYTES
from photobak.photo.keys import record_key
from photobak.photo.record import Record

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class ByteReader:
    """Reads the originals of one person, and the records beside them."""

    def __init__(self, session: Session, record_beside: Callable[[str], Record | None], sample: Sample) -> None:
        self._session = session
        self._s3: S3Client = session.client("s3")
        self._record_beside = record_beside
        self._sample = sample
        self.read = 0
        """Originals that were read."""
        self.bytes_read = 0

    def compare(self, photos: Iterable[Checked], wanted: Container[str] | None) -> Iterator[Checked]:
        """Pass on each photo with what was found wrong already, and with what its bytes say, several at a time.

        Args:
            photos: what is known of each, and what is wrong.
            wanted: the contents to be read, by SHA-256; None for all.

        Raises:
            CloudError: an original can't be fetched.
        """
        for checked, size in parallel(self._compared, self._chosen(photos, wanted)):
            if size is not None:
                self.read += 1
                self.bytes_read += size
            yield checked

    def _chosen(self, photos: Iterable[Checked], wanted: Container[str] | None) -> Iterator[tuple[Checked, bool]]:
        """Each photo, and whether it is read."""
        for photo in photos:
            record = photo[0].record
            readable = record is not None and record.status.kept and (wanted is None or record.sha256 in wanted)
            yield photo, readable and self._sample.takes()

    def _compared(self, chosen: tuple[Checked, bool]) -> tuple[Checked, int | None]:
        """A photo with what its bytes say, and how many were read."""
        photo, is_read = chosen
        facts, problems = photo
        record = facts.record
        if not is_read or record is None:
            return photo, None
        found, size = list(problems), None
        original = original_to_compare(facts)
        if original is not None and not original.frozen:
            size = original.size
            found += self._original(record)
        if facts.object(record_key(record.username, record.sha256)) is not None:
            found += self._beside(record)
        return (facts, found), size

    def _original(self, record: Record) -> list[Problem]:
        digest = hashlib.sha256()
        with aws_errors("an original can't be fetched", self._session.profile):
            answer = self._s3.get_object(Bucket=self._session.profile.bucket, Key=record.original_key)
            for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
                digest.update(chunk)
        if digest.hexdigest() == record.sha256:
            return []
        reason = f"its bytes have the SHA-256 {digest.hexdigest()}"
        return [Problem(ProblemKind.BAD_BYTES, reason, record.sha256, record.original_key)]

    def _beside(self, record: Record) -> list[Problem]:
        beside = self._record_beside(record.sha256)
        if beside == record:
            return []
        what = "says something else" if beside else "can't be read"
        key = record_key(record.username, record.sha256)
        return [Problem(ProblemKind.WRONG_RECORD, f"the record beside the photo {what}", record.sha256, key)]
