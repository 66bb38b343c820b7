"""Compares the bytes of originals with what was stored: reads them back, or asks S3 for the checksums that it keeps."""

import base64
import hashlib
import random
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Self

from photobak.client.account.session import Session
from photobak.client.concurrency import parallel
from photobak.client.library.bucket import SessionBucket
from photobak.client.transport.curl import Headers
from photobak.client.transport.download import Download, Gone, WrongSize
from photobak.client.transport.s3 import S3
from photobak.client.verify.judge import Checked, Listed, Problem, ProblemKind, original_to_compare
from photobak.photo.keys import record_key
from photobak.photo.record import Record


class Sample:
    """Takes a percentage, evenly spread.

    The start is random, so that successive runs take different ones.
    """

    def __init__(self, percent: float, start: float) -> None:
        """Make a sample.

        Args:
            percent: more than 0, at most 100.
            start: how close the first one is, from 0 to (not including) 1.
        """
        self._percent = percent
        self._level = start * 100

    @classmethod
    def with_random_start(cls, percent: float) -> Self:
        """A sample that differs from run to run."""
        return cls(percent, random.random())  # noqa: S311 - no secret

    def takes(self) -> bool:
        """Whether the next one is in the sample."""
        self._level += self._percent
        if self._level < 100:
            return False
        self._level -= 100
        return True


class ByteReader:
    """Reads the originals of one person, and the records in the bucket."""

    def __init__(self, session: Session, record_beside: Callable[[str], Record | None], sample: Sample) -> None:
        self._download = Download(SessionBucket(session).objects)
        self._record_beside = record_beside
        self._sample = sample
        self.read = 0
        """Originals read."""
        self.bytes_read = 0

    def compare(self, photos: Iterable[Checked], wanted: Container[str] | None) -> Iterator[Checked]:
        """Pass on each photo with its problems so far and those of its bytes, several at a time.

        Args:
            photos: each with its problems so far.
            wanted: the contents to read, by SHA-256; None for all.

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
        """A photo with the problems of its bytes, and how many were read."""
        photo, is_read = chosen
        facts, problems = photo
        record = facts.record
        if not is_read or record is None:
            return photo, None
        found, size = list(problems), None
        original = original_to_compare(facts)
        if original is not None and not original.archived:
            size = original.size
            found += self._original(record, size)
        if facts.object(record_key(record.username, record.sha256)) is not None:
            found += self._beside(record)
        return (facts, found), size

    def _original(self, record: Record, size: int) -> list[Problem]:
        digest = hashlib.sha256()
        try:
            self._download.read(record.original_key, size, digest.update)
        except Gone as error:  # since it was listed
            return [Problem(ProblemKind.MISSING_OBJECT, error.what, record.sha256, record.original_key)]
        except WrongSize as error:
            return [Problem(ProblemKind.BAD_BYTES, error.what, record.sha256, record.original_key)]
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


class ChecksumReader:
    """Asks S3 for the SHA-256 of originals, one by one (S3 API reference, HeadObject, ``ChecksumMode``)."""

    def __init__(self, session: Session) -> None:
        self._s3 = S3(SessionBucket(session).objects)
        self.compared = 0
        """Originals for which S3 has a SHA-256."""
        self.without = 0
        """Originals for which it has none."""

    def compare(self, photos: Iterable[Checked], wanted: Container[str] | None) -> Iterator[Checked]:
        """Pass on each photo with its problems so far, and with what S3 says about its bytes.

        Args:
            photos: each with its problems so far.
            wanted: the contents to check, by SHA-256; None for all.

        Raises:
            CloudError: S3 can't be asked.
        """
        chosen = (
            (photo, original_to_compare(photo[0]) if wanted is None or photo[0].sha256 in wanted else None)
            for photo in photos
        )
        for photo, original, checksum in parallel(self._ask, chosen):
            facts, problems = photo
            found = list(problems)
            if original is not None and checksum is None:
                self.without += 1
            elif original is not None and checksum is not None:
                self.compared += 1
                if checksum != facts.sha256:
                    reason = f"S3 says that its bytes have the SHA-256 {checksum}"
                    found.append(Problem(ProblemKind.BAD_BYTES, reason, facts.sha256, original.key))
            yield facts, found

    def _ask(self, chosen: tuple[Checked, Listed | None]) -> tuple[Checked, Listed | None, str | None]:
        photo, original = chosen
        return photo, original, self._checksum(original.key) if original is not None else None

    def _checksum(self, key: str) -> str | None:
        """The SHA-256 of the whole object in hex, if S3 has one."""
        found = self._s3.head(key, what="the checksum of an original can't be asked for", checksum=True) or Headers()
        checksum = found.text("x-amz-checksum-sha256")
        # For a multipart upload it is a checksum of checksums, followed by a hyphen and the number of parts.
        if not checksum or "-" in checksum or found.text("x-amz-checksum-type") not in ("", "FULL_OBJECT"):
            return None
        return base64.b64decode(checksum).hex()
