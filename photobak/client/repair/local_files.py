"""Uploads again what the cloud has lost, from files on this machine: those in the index, or those in given folders."""

import time
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Final

from photobak.client.account.session import Session
from photobak.client.concurrency import parallel
from photobak.client.files.candidate import Candidate
from photobak.client.files.examine import this_device
from photobak.client.files.outcome import FileOutcome, Result
from photobak.client.files.scan import Filters, Root
from photobak.client.index.index import Index
from photobak.client.repair.calls import Answer, RepairCalls
from photobak.client.repair.judge import Repaired, RepairResult, Suspect
from photobak.client.sync.sync import Options, Sync
from photobak.client.upload.confirm import PollSchedule
from photobak.client.upload.limiter import ConcurrencyLimiter
from photobak.client.upload.post import FileChanged, PostExpired, RateLimit, Unavailable, Uploader, UploadRefused
from photobak.client.verify.judge import Problem, ProblemKind
from photobak.client.verify.local_check import LocalCheck
from photobak.errors import reason_of

_JOBS: Final = 8
_MISSED: Final = (ProblemKind.NOT_BACKED_UP, ProblemKind.CHANGED)
_WAIT_SECONDS: Final = 300.0
"""Seconds without any confirmation after which the rest is left to the next run."""

Sent = tuple[Suspect, str | None]
"""A photo, and why it could not be uploaded; None if it was."""


class Resender:
    """Uploads again what the index knows to be on this machine."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._limiter = ConcurrencyLimiter(_JOBS)

    def send(self, lost: Sequence[Suspect], calls: RepairCalls) -> Iterator[Sent]:
        """Upload up to a hundred originals, and wait until the cloud has stored them.

        Raises:
            CloudError: the cloud can't be asked.
            SignInNeeded: the session has ended.
        """
        answers = calls.objects(lost)  # fresh POSTs: those of the last answer may have expired
        wanted = [(suspect, answers[suspect.sha256]) for suspect in lost]
        waiting = []
        for suspect, failure in parallel(self._send, wanted):
            if failure is None:
                waiting.append(suspect)
            else:
                yield suspect, failure
        yield from self._confirmed(waiting, calls)

    def _send(self, wanted: tuple[Suspect, Answer]) -> Sent:
        suspect, answer = wanted
        if answer.is_well:
            return suspect, None  # it is back already
        if answer.post is None:
            return suspect, suspect.why_not(answer.status)
        failure = "no older version of its original is left, and no file on this machine is known to have these bytes"
        for file in self._index.copies(suspect.sha256):
            try:
                Uploader(RateLimit(None), self._limiter, lambda _: None).send(Candidate.pending(file), answer.post)
            except (FileChanged, PostExpired):
                failure = f"{file.path} has changed: sync it first"
            except OSError as error:
                failure = f"{file.path}: {reason_of(error)}"
            except (UploadRefused, Unavailable) as error:
                failure = str(error)
            else:
                return suspect, None
        return suspect, failure

    def _confirmed(self, waiting: list[Suspect], calls: RepairCalls) -> Iterator[Sent]:
        schedule = PollSchedule(_WAIT_SECONDS)
        while waiting:
            time.sleep(schedule.pause)
            answers = calls.objects(waiting)
            done = [suspect for suspect in waiting if answers[suspect.sha256].is_well]
            yield from ((suspect, None) for suspect in done)
            waiting = [suspect for suspect in waiting if suspect not in done]
            if done:
                schedule.progress()
            else:
                schedule.nothing_new()
            if schedule.exhausted:
                yield from ((suspect, "it was uploaded, and the cloud has not confirmed it yet") for suspect in waiting)
                return


class LocalRepair:
    """Repairs one person's cloud with the files in some folders."""

    def __init__(self, session: Session, index: Index, zone: tzinfo) -> None:
        self._session = session
        self._index = index
        self._zone = zone

    def missing(self, roots: Sequence[Root]) -> list[Problem]:
        """The files below ``roots`` that are not in the cloud.

        Raises:
            CloudError: the cloud can't be asked.
        """
        check = LocalCheck(self._session, self._index, Filters(), None)
        return [problem for problem in check.problems(roots) if problem.kind in _MISSED]

    def send(self, roots: Sequence[Root]) -> Iterator[Repaired]:
        """Sync, after removing from the index what it wrongly takes for safe.

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
    """An observer that keeps the outcome of each file, and nothing else."""

    def __init__(self) -> None:
        self.outcomes: list[FileOutcome] = []

    def finished(self, outcome: FileOutcome) -> None:
        """One file has its result."""
        self.outcomes.append(outcome)

    def _nothing(self, *_: object) -> None: ...

    unchanged = found = ignored = read = sent = uploaded = _nothing
