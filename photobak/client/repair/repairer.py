"""Repairs what ``verify`` finds: with what the cloud still has, then with what is on this machine.

Every step can be repeated and interrupted at any moment: the next run finds what is left to do.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from photobak.client.account.session import Session
from photobak.client.concurrency import parallel
from photobak.client.index.index import Index
from photobak.client.repair.calls import Answer, RepairCalls
from photobak.client.repair.judge import Repaired, RepairResult, Suspect, looked_at_again, suspects
from photobak.client.repair.local_files import Resender
from photobak.client.verify.cloud_facts import batches
from photobak.client.verify.cloud_walk import CloudWalk
from photobak.client.verify.judge import ProblemKind
from photobak.client.verify.stored_bytes import ByteReader, Sample

_REQUESTS_AT_ONCE: Final = 2
_ALL: Final = 100.0
_WELL_AFTER_RECORDS: Final = frozenset({ProblemKind.WRONG_RECORD, ProblemKind.ORPHAN})
_WELL_AFTER_OBJECTS: Final = frozenset({ProblemKind.BAD_BYTES})
_NOTHING: Final[frozenset[ProblemKind]] = frozenset()


class Repairer:
    """One repair of everything that the cloud has of a person."""

    def __init__(
        self, session: Session, index: Index, read_percent: float | None, suspected: AbstractSet[str] = frozenset()
    ) -> None:
        """Make a repair.

        Args:
            session: whose cloud it is.
            index: knows the files on this machine.
            read_percent: the percentage of originals that is read, to find wrong bytes too; None for none.
            suspected: SHA-256 of originals that are read in any case.
        """
        self._cloud = CloudWalk(session)
        self._calls = RepairCalls(session)
        self._resender = Resender(index)
        self._readers: list[tuple[ByteReader, AbstractSet[str] | None]] = []
        if read_percent is not None:
            self._readers.append((self._reader(session, read_percent), None))
        if suspected and (read_percent or 0.0) < _ALL:
            self._readers.append((self._reader(session, _ALL), suspected))
        self._lost: list[Suspect] = []

    def _reader(self, session: Session, percent: float) -> ByteReader:
        return ByteReader(session, self._cloud.own_objects.record_beside, Sample.with_random_start(percent))

    def rehearse(self) -> Iterator[Repaired]:
        """Report what needs repair and change nothing; raises as ``repair``."""
        found, foreign = self._find()
        yield from foreign
        for suspect in found:
            yield suspect.outcome(RepairResult.WOULD_REPAIR)

    def repair(self) -> Iterator[Repaired]:
        """Repair what the cloud can repair by itself; what needs a file is left to ``send``.

        Raises:
            CloudError: the cloud can't be read, or asked.
            SignInNeeded: the session has ended.
        """
        found, foreign = self._find()
        yield from foreign
        for outcomes in parallel(self._repair_batch, batches(found), jobs=_REQUESTS_AT_ONCE):
            yield from outcomes

    def send(self) -> Iterator[Repaired]:
        """Upload the originals that the cloud has lost and this machine has; raises as ``repair``."""
        for batch in batches(self._lost):
            for suspect, failure in self._resender.send(batch, self._calls):
                yield suspect.outcome(RepairResult.SENT if failure is None else RepairResult.FAILED, failure)

    def _find(self) -> tuple[list[Suspect], list[Repaired]]:
        photos = self._cloud.checked()
        for reader, wanted in self._readers:
            photos = reader.compare(photos, wanted)
        return suspects(photos)

    def _repair_batch(self, batch: Sequence[Suspect]) -> list[Repaired]:
        answers = self._calls.records([suspect for suspect in batch if suspect.needs_records])
        now = self._again(batch, answers, _WELL_AFTER_RECORDS)
        if lacking := [suspect for suspect in now if suspect.problems and suspect.needs_bytes]:
            answers |= self._calls.objects(lacking)
            now = self._again(now, answers, _WELL_AFTER_OBJECTS)
        outcomes = []
        for suspect in now:
            answer = answers.get(suspect.sha256)
            if not suspect.problems:
                outcomes.append(suspect.outcome(RepairResult.REPAIRED))
            elif answer is not None and (answer.post is not None or suspect.may_come_from_a_file(answer.status)):
                self._lost.append(suspect)
            else:
                status = answer.status if answer is not None and not answer.is_well else ""
                outcomes.append(suspect.outcome(RepairResult.FAILED, suspect.why_not(status)))
        return outcomes

    def _again(
        self, batch: Sequence[Suspect], answers: dict[str, Answer], well_after: frozenset[ProblemKind]
    ) -> list[Suspect]:
        """The suspects as they are now; the answers tell of problems that a check can't see."""
        looks = self._cloud.again([suspect.facts for suspect in batch])
        return [
            looked_at_again(
                suspect, look, is_answered_for=well_after if _is_well(answers.get(suspect.sha256)) else _NOTHING
            )
            for suspect, look in zip(batch, looks, strict=True)
        ]


def _is_well(answer: Answer | None) -> bool:
    return answer is not None and answer.is_well
