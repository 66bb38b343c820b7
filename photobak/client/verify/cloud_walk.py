"""Compares the two tables and the bucket: each is read once, side by side, in order of the hashes.

What looks wrong is checked again before it is reported: a photo may have been stored, deleted or redated meanwhile.
"""

import heapq
from collections.abc import Container, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Final

from photobak.client.account.session import Session
from photobak.client.concurrency import ahead
from photobak.client.verify.cloud_facts import KINDS, OwnObjects, OwnRows, Row, batches
from photobak.client.verify.judge import Checked, Facts, Listed, Problem, ProblemKind, judge, own_keys
from photobak.photo.identity import is_sha256
from photobak.photo.keys import record_key

_JOBS: Final = 8
_ROWS: Final = -1

_Part = tuple[str, int, Row | Listed]
"""One fact about a content: its hash, the stream it comes from, and the fact."""


class CloudWalk:
    """One walk over everything that the cloud has of a person."""

    def __init__(self, session: Session) -> None:
        self._identity_id = session.identity_id
        self._rows = OwnRows(session)
        self._objects = OwnObjects(session)
        self._foreign: list[Problem] = []
        self.photos = 0
        """Records seen."""
        self.objects = 0
        """Objects seen."""

    @property
    def own_objects(self) -> OwnObjects:
        """The person's objects in the bucket."""
        return self._objects

    def checked(self) -> Iterator[Checked]:
        """Yield every photo with its problems; last, what belongs to no photo.

        Raises:
            CloudError: a table or the bucket can't be read.
        """
        lost = set()
        for batch in batches(self._facts()):
            for facts, problems in self._checked(batch):
                if any(problem.kind is ProblemKind.MISSING_RECORD for problem in problems):
                    lost.add(facts.sha256)
                yield facts, problems
        for problem in self._foreign:
            yield Facts(""), [problem]
        # Records that nothing points to are searched for only if the numbers disagree.
        if lost or self._rows.count_records() != self.photos:
            yield from self._strays(lost)

    def again(self, suspects: Sequence[Facts]) -> list[Checked]:
        """Check photos again, one by one; raises as ``checked``."""
        rows = self._rows.of(facts.sha256 for facts in suspects)
        with ThreadPoolExecutor(_JOBS) as pool:
            fresh = list(pool.map(lambda facts: self._fresh(facts, rows.get(facts.sha256)), suspects))
        return [(facts, self._judge(facts)) for facts in fresh]

    def _checked(self, batch: Sequence[Facts]) -> Iterator[Checked]:
        suspects = [facts for facts in batch if self._judge(facts)]
        again = {facts.sha256: (facts, problems) for facts, problems in self.again(suspects)} if suspects else {}
        for facts in batch:
            yield again.get(facts.sha256) or (facts, [])

    def _judge(self, facts: Facts) -> list[Problem]:
        return judge(facts, self._identity_id, datetime.now(UTC))

    # ------------------------------------------------------------------ reading side by side

    def _facts(self) -> Iterator[Facts]:
        with ThreadPoolExecutor(1 + len(KINDS)) as pool:
            rows = ahead(pool, self._rows.pages())
            listings = [ahead(pool, self._objects.pages(kind)) for kind in KINDS]
            streams = [self._row_parts(rows), *(self._object_parts(*each) for each in enumerate(listings))]
            for sha256, parts in groupby(heapq.merge(*streams), key=itemgetter(0)):
                yield _merged(sha256, parts)

    def _row_parts(self, rows: Iterable[Row]) -> Iterator[_Part]:
        for row in rows:
            self.photos += row.record is not None
            yield row.sha256, _ROWS, row

    def _object_parts(self, stream: int, listing: Iterable[Listed]) -> Iterator[_Part]:
        for listed in listing:
            self.objects += 1
            sha256, _, extension = listed.key.rpartition("/")[2].partition(".")
            if extension and is_sha256(sha256):
                yield sha256, stream, listed
            else:
                reason = "photobak uses no such key"
                self._foreign.append(Problem(ProblemKind.FOREIGN, reason, path=listed.key))

    # ------------------------------------------------------------------ checking again

    def _fresh(self, facts: Facts, row: Row | None) -> Facts:
        """The facts as they are now: the rows, and the objects in question."""
        doubted = {problem.path for problem in self._judge(facts) if problem.kind is not ProblemKind.MISSING_RECORD}
        record = row.record if row else None
        expected = {record_key(self._identity_id, facts.sha256)} if row else set()
        if record is not None:
            expected |= set(own_keys(record))
        known = tuple(each for each in facts.objects if each.key not in doubted)
        asked = ({key for key in doubted if isinstance(key, str)} | expected) - {each.key for each in known}
        found = tuple(each for each in map(self._objects.seen, sorted(asked)) if each is not None)
        fresh = Facts(facts.sha256, row.status if row else None, record, known + found, strays=facts.strays)
        if record is None and fresh.objects_of("record") and not fresh.objects_of("original"):
            return replace(fresh, beside=self._objects.record_beside(fresh.sha256))
        return fresh

    # ------------------------------------------------------------------ records that nothing points to

    def _strays(self, lost: Container[str]) -> Iterator[Checked]:
        """Records whose content points elsewhere; those in ``lost`` have been reported already."""
        for sha256, timestamp, has_item in self._rows.strays():
            reason = f"no item of the table Contents points to the record of {timestamp}"
            is_said = sha256 in lost and not has_item
            yield Facts(sha256, strays=(timestamp,)), [] if is_said else [Problem(ProblemKind.ORPHAN, reason, sha256)]


def _merged(sha256: str, parts: Iterable[_Part]) -> Facts:
    row: Row | None = None
    objects = []
    for _, _, part in parts:
        if isinstance(part, Row):
            row = part
        else:
            objects.append(part)
    return Facts(sha256, row.status if row else None, row.record if row else None, tuple(objects))
