"""Compares the checksums that S3 keeps of originals with what was stored: nothing is downloaded for it."""

import base64
from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING

from photobak.client.account.session import Session
from photobak.client.concurrency.parallel import parallel
from photobak.client.transport.aws_errors import aws_errors
from photobak.client.verify.judge import Checked, Listed, Problem, ProblemKind, original_to_compare

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class ChecksumReader:
    """Asks S3 for the SHA-256 of originals, one by one (S3 API reference, HeadObject, ``ChecksumMode``)."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._s3: S3Client = session.client("s3")
        self.compared = 0
        """Originals whose SHA-256 S3 has."""
        self.without = 0
        """Originals whose SHA-256 it has not."""

    def compare(self, photos: Iterable[Checked], wanted: Container[str] | None) -> Iterator[Checked]:
        """Pass on each photo with what was found wrong already, and with what S3 says of its bytes.

        Args:
            photos: what is known of each, and what is wrong.
            wanted: the contents to be asked after, by SHA-256; None for all.

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
        """The SHA-256 of the whole object in hex, where S3 has one."""
        bucket = self._session.profile.bucket
        with aws_errors("the checksum of an original can't be asked for", self._session.profile):
            found = self._s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
        checksum = found.get("ChecksumSHA256", "")
        # Of an object that came in parts it is a checksum of their checksums, and ends with their number.
        if not checksum or "-" in checksum or found.get("ChecksumType", "FULL_OBJECT") != "FULL_OBJECT":
            return None
        return base64.b64decode(checksum).hex()
