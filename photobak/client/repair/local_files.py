"""Backs up once more what the cloud has lost altogether: the files below some folders tell."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from photobak.client.account.session import Session
from photobak.client.files.outcome import FileOutcome, Result
from photobak.client.files.scan import Filters, Root
from photobak.client.index.index import Index
from photobak.client.repair.judge import Repaired, RepairResult
from photobak.client.sync.sync import Options, Sync, this_device
from photobak.client.verify.judge import Problem, ProblemKind
from photobak.client.verify.local_check import LocalCheck

_JOBS = 8
_MISSED = (ProblemKind.NOT_BACKED_UP, ProblemKind.CHANGED)


class LocalRepair:
    """The files of this machine, and one person's cloud."""

    def __init__(self, session: Session, index: Index, zone: tzinfo) -> None:
        self._session = session
        self._index = index
        self._zone = zone

    def missing(self, roots: Sequence[Root]) -> list[Problem]:
        """The files below ``roots`` that the cloud doesn't keep.

        Raises:
            CloudError: the cloud can't be asked.
        """
        check = LocalCheck(self._session, self._index, Filters(), None)
        return [problem for problem in check.problems(roots) if problem.kind in _MISSED]

    def send(self, roots: Sequence[Root]) -> Iterator[Repaired]:
        """Sync, after what the index takes for safe wrongly is forgotten.

        Raises:
            CloudError: the cloud can't be reached.
            SignInNeeded: the session has ended.
        """
        for problem in self.missing(roots):
            if problem.sha256 is not None:
                self._index.reject(problem.sha256)
        heard = _Outcomes()
        options = Options(jobs=_JOBS, device=this_device(), zone=self._zone, filters=Filters())
        Sync(self._session, self._index, heard, options).run(roots)
        for outcome in heard.outcomes:
            result = RepairResult.SENT if outcome.result.safe else RepairResult.FAILED
            if outcome.result is not Result.ALREADY_STORED:
                yield Repaired(outcome.sha256, result, reason=outcome.reason, path=str(outcome.path))


class _Outcomes:
    """An observer that remembers what a sync says of each file, and nothing else."""

    def __init__(self) -> None:
        self.outcomes: list[FileOutcome] = []

    def finished(self, outcome: FileOutcome) -> None:
        """One file has its result."""
        self.outcomes.append(outcome)

    def _nothing(self, *_: object) -> None: ...

    unchanged = found = ignored = read = sent = uploaded = _nothing
