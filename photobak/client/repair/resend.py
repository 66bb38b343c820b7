"""Sends once more what the cloud has lost, from files of this machine."""

import time
from collections.abc import Iterator, Sequence
from typing import Final

from photobak.client.concurrency.parallel import parallel
from photobak.client.files.candidate import Candidate
from photobak.client.files.scan import reason_of
from photobak.client.index.index import Index
from photobak.client.repair.calls import Answer, RepairCalls
from photobak.client.repair.judge import Suspect
from photobak.client.upload.confirm import Patience
from photobak.client.upload.post import FileChanged, PostExpired, RateLimit, Unavailable, Uploader, UploadRefused
from photobak.client.upload.turns import Turns

_SENT_AT_ONCE: Final = 8
_WAIT_SECONDS: Final = 300.0
"""Without any confirmation; then the rest is left to the next run."""

Sent = tuple[Suspect, str | None]
"""A photo, and why it could not be sent; None where it was."""


class Resender:
    """Knows where contents lie on this machine, by the index."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._turns = Turns(_SENT_AT_ONCE)

    def send(self, lost: Sequence[Suspect], calls: RepairCalls) -> Iterator[Sent]:
        """Send up to a hundred originals, and wait until the cloud has put them in their place.

        Raises:
            CloudError: the cloud can't be asked.
            SignInNeeded: the session has ended.
        """
        answers = calls.objects(lost)  # a POST is good for minutes only, and the last ones may be older
        wanted = [(suspect, answers[suspect.sha256]) for suspect in lost]
        waiting = []
        for suspect, failure in parallel(self._send, wanted):
            if failure is None:
                waiting.append(suspect)
            else:
                yield suspect, failure
        yield from self._settled(waiting, calls)

    def _send(self, wanted: tuple[Suspect, Answer]) -> Sent:
        suspect, answer = wanted
        if answer.is_well:
            return suspect, None  # it has come back meanwhile
        if answer.post is None:
            return suspect, suspect.why_not(answer.status)
        failure = "no older version of its original is left, and no file here is known to have these bytes"
        for file in self._index.places(suspect.sha256):
            try:
                Uploader(RateLimit(None), self._turns, lambda _: None).send(Candidate.pending(file), answer.post)
            except (FileChanged, PostExpired):
                failure = f"{file.path} is not what it was: sync it first"
            except OSError as error:
                failure = f"{file.path}: {reason_of(error)}"
            except (UploadRefused, Unavailable) as error:
                failure = str(error)
            else:
                return suspect, None
        return suspect, failure

    def _settled(self, waiting: list[Suspect], calls: RepairCalls) -> Iterator[Sent]:
        patience = Patience(_WAIT_SECONDS)
        while waiting:
            time.sleep(patience.pause)
            answers = calls.objects(waiting)
            done = [suspect for suspect in waiting if answers[suspect.sha256].is_well]
            yield from ((suspect, None) for suspect in done)
            waiting = [suspect for suspect in waiting if suspect not in done]
            if done:
                patience.progress()
            else:
                patience.nothing_new()
            if patience.exhausted:
                yield from ((suspect, "it was sent, and the cloud has not confirmed it yet") for suspect in waiting)
                return
