"""Proves that the backup is there: this machine's files, the two tables and the bucket, compared with each other."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from photobak.client.account.session import Session
from photobak.client.files.scan import Filters, Root
from photobak.client.index.index import Index
from photobak.client.verify.checksums import ChecksumReader
from photobak.client.verify.cloud_walk import CloudWalk
from photobak.client.verify.judge import Checked, Problem
from photobak.client.verify.local_check import LocalCheck
from photobak.client.verify.sample import Sample
from photobak.client.verify.stored_bytes import ByteReader


@dataclass(frozen=True, slots=True)
class Depth:
    """How closely a verification looks at bytes; by default it believes that they are what they were."""

    read_percent: float | None = None
    """How many in a hundred are read and hashed, of the files here and of the originals there; None for none."""
    checksums: bool = False
    """Whether the checksums that S3 keeps of the originals are compared."""


class Verifier:
    """One verification."""

    def __init__(self, session: Session, index: Index, filters: Filters, depth: Depth) -> None:
        self._local = LocalCheck(session, index, filters, _sample(depth))
        self._cloud = CloudWalk(session)
        self._checksums = ChecksumReader(session) if depth.checksums else None
        sample = _sample(depth)
        self._reader = ByteReader(session, self._cloud.own_objects.record_beside, sample) if sample else None
        self._problems = 0
        self._frozen = 0
        self._started = time.monotonic()

    def problems(self, roots: Sequence[Root]) -> Iterator[Problem]:
        """All that is wrong, as it is found: with the files below ``roots``, and with all that the cloud has.

        The bytes of originals are looked at, if any are, below ``roots``, or everywhere where there are no roots.

        Raises:
            CloudError: the cloud can't be read.
        """
        for problem in self._local.problems(roots):
            self._problems += 1
            yield problem
        for facts, problems in self._looked_into(roots):
            self._frozen += any(each.frozen for each in facts.objects_of("original"))
            self._problems += len(problems)
            yield from problems

    def _looked_into(self, roots: Sequence[Root]) -> Iterator[Checked]:
        """What the cloud has, as closely as was asked for."""
        photos = self._cloud.checked()
        wanted = self._local.hashes if roots else None
        if self._checksums is not None:
            photos = self._checksums.compare(photos, wanted)
        if self._reader is not None:
            photos = self._reader.compare(photos, wanted)
        return photos

    def summary(self) -> dict[str, Any]:
        """The last line of ``verify --json``: what was looked at, and how much is wrong."""
        return {
            "type": "summary",
            "files": self._local.files,
            "photos": self._cloud.photos,
            "objects": self._cloud.objects,
            "read": self._reader.read if self._reader else 0,
            "bytes_read": self._reader.bytes_read if self._reader else 0,
            "checksums": self._checksums.compared if self._checksums else 0,
            "without_checksum": self._checksums.without if self._checksums else 0,
            "frozen": self._frozen,
            "problems": self._problems,
            "seconds": round(time.monotonic() - self._started, 3),
        }


def _sample(depth: Depth) -> Sample | None:
    return Sample.beginning_anywhere(depth.read_percent) if depth.read_percent else None
