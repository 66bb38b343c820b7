"""Proves that the backup is there: this machine's files, the two tables and the bucket, compared with each other."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from photobak.client.index import Index
from photobak.client.scan import Filters, Root
from photobak.client.session import Session
from photobak.client.verify_bytes import ByteReader
from photobak.client.verify_cloud import CloudWalk
from photobak.client.verify_judge import Problem
from photobak.client.verify_local import LocalCheck


class Verifier:
    """One verification."""

    def __init__(self, session: Session, index: Index, filters: Filters, *, read_data: bool) -> None:
        self._local = LocalCheck(session, index, filters, read_data=read_data)
        self._cloud = CloudWalk(session)
        self._reader = ByteReader(session, self._cloud.record_beside)
        self._read_data = read_data
        self._problems = 0
        self._frozen = 0
        self._started = time.monotonic()

    def problems(self, roots: Sequence[Root]) -> Iterator[Problem]:
        """All that is wrong, as it is found: with the files below ``roots``, and with all that the cloud has.

        Originals are read where data is to be read: those of the files below ``roots``, or all of them where there are
        no roots.

        Raises:
            CloudError: the cloud can't be read.
        """
        for problem in self._local.problems(roots):
            self._problems += 1
            yield problem
        photos = self._cloud.checked()
        if self._read_data:
            wanted = self._local.hashes if roots else None
            photos = self._reader.compare(photos, wanted)
        for facts, problems in photos:
            self._frozen += any(each.frozen for each in facts.objects_of("original"))
            self._problems += len(problems)
            yield from problems

    def summary(self) -> dict[str, Any]:
        """The last line of ``verify --json``: what was looked at, and how much is wrong."""
        return {
            "type": "summary",
            "files": self._local.files,
            "photos": self._cloud.photos,
            "objects": self._cloud.objects,
            "read": self._reader.read,
            "bytes_read": self._reader.bytes_read,
            "frozen": self._frozen,
            "problems": self._problems,
            "seconds": round(time.monotonic() - self._started, 3),
        }
