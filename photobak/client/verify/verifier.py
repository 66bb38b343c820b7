"""Verifies the backup: compares the files on this machine, the two tables and the bucket."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from photobak.client.account.session import Session
from photobak.client.files.scan import Filters, Root
from photobak.client.index.index import Index
from photobak.client.verify.cloud_walk import CloudWalk
from photobak.client.verify.judge import Checked, Problem
from photobak.client.verify.local_check import IndexCheck, LocalCheck
from photobak.client.verify.stored_bytes import ByteReader, ChecksumReader, Sample


@dataclass(frozen=True, slots=True)
class Depth:
    """Which bytes a verification reads; none by default."""

    read_percent: float | None = None
    """The percentage of local files and of originals in the cloud that is read and hashed; None for none."""
    checksums: bool = False
    """Whether to compare the checksums that S3 keeps of originals."""


class Verifier:
    """One verification."""

    def __init__(self, session: Session, index: Index, filters: Filters, depth: Depth) -> None:
        self._local = LocalCheck(session, index, filters, _sample(depth))
        self._index = IndexCheck(session, index)
        self._cloud = CloudWalk(session)
        self._checksums = ChecksumReader(session) if depth.checksums else None
        sample = _sample(depth)
        self._reader = ByteReader(session, self._cloud.own_objects.record_beside, sample) if sample else None
        self._problems = 0
        self._archived = 0
        self._started = time.monotonic()

    def problems(self, roots: Sequence[Root]) -> Iterator[Problem]:
        """Yield every problem as it is found: with the files below ``roots``, and with all that is in the cloud.

        Without roots, what the index takes for confirmed is compared with the cloud instead of files. The bytes of
        originals are checked for the files below ``roots``, or for all photos if there are no roots.

        Raises:
            CloudError: the cloud can't be read.
        """
        for problem in self._local.problems(roots) if roots else self._index.problems():
            self._problems += 1
            yield problem
        for facts, problems in self._checked(roots):
            self._archived += any(each.archived for each in facts.objects_of("original"))
            self._problems += len(problems)
            yield from problems

    def _checked(self, roots: Sequence[Root]) -> Iterator[Checked]:
        """What is in the cloud, checked as deeply as requested."""
        photos = self._cloud.checked()
        wanted = self._local.hashes if roots else None
        if self._checksums is not None:
            photos = self._checksums.compare(photos, wanted)
        if self._reader is not None:
            photos = self._reader.compare(photos, wanted)
        return photos

    def summary(self) -> dict[str, Any]:
        """The last line of ``verify --json``: what was checked, and how many problems there are."""
        return {
            "type": "summary",
            "files": self._local.files,
            "confirmations": self._index.confirmations,
            "deleted": self._local.deleted + self._index.deleted,
            "photos": self._cloud.photos,
            "objects": self._cloud.objects,
            "read": self._reader.read if self._reader else 0,
            "bytes_read": self._reader.bytes_read if self._reader else 0,
            "checksums": self._checksums.compared if self._checksums else 0,
            "without_checksum": self._checksums.without if self._checksums else 0,
            "frozen": self._archived,
            "problems": self._problems,
            "seconds": round(time.monotonic() - self._started, 3),
        }


def _sample(depth: Depth) -> Sample | None:
    return Sample.with_random_start(depth.read_percent) if depth.read_percent else None
