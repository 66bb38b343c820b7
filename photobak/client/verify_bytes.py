"""Reads originals back, and compares what comes with what was stored."""

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Final

from photobak.client.aws_errors import aws_errors
from photobak.client.session import Session
from photobak.client.verify_judge import Facts, Problem, ProblemKind
from photobak.photo.identity import CHUNK_BYTES
from photobak.photo.keys import record_key
from photobak.photo.record import Record

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_JOBS: Final = 8
_AHEAD: Final = 64


Checked = tuple[Facts, list[Problem]]
"""What is known of one photo, and what is wrong with it."""


class ByteReader:
    """Reads the originals of one person."""

    def __init__(self, session: Session, record_beside: Callable[[str], Record | None]) -> None:
        self._session = session
        self._s3: S3Client = session.client("s3")
        self._record_beside = record_beside
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
        waiting = iter(photos)
        with ThreadPoolExecutor(_JOBS) as pool:
            while batch := list(islice(waiting, _AHEAD)):
                yield from pool.map(lambda photo: self._compared(photo, wanted), batch)

    def _compared(self, photo: Checked, wanted: Container[str] | None) -> Checked:
        facts, problems = photo
        record = facts.record
        if record is None or not record.status.kept or (wanted is not None and record.sha256 not in wanted):
            return photo
        original = facts.object(record.original_key)
        found = list(problems)
        if original is not None and not original.frozen and original.size == record.size:
            found += self._original(record)
        if facts.object(record_key(record.username, record.sha256)) is not None:
            found += self._beside(record)
        return facts, found

    def _original(self, record: Record) -> list[Problem]:
        digest = hashlib.sha256()
        with aws_errors("an original can't be fetched", self._session.profile):
            answer = self._s3.get_object(Bucket=self._session.profile.bucket, Key=record.original_key)
            for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
                digest.update(chunk)
                self.bytes_read += len(chunk)
        self.read += 1
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
