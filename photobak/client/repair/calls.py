"""Requests repairs from the backend, which alone may write."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from photobak.client.account.api import CloudFailed, PhotoAnswer, ask_of_photos
from photobak.client.account.session import Session
from photobak.client.repair.judge import Suspect
from photobak.client.upload.content import Post
from photobak.client.verify.judge import ProblemKind
from photobak.photo.record import Status

_KEPT = (Status.STORED.value, Status.NO_PREVIEW.value, Status.TRASHED.value)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the backend answers about one photo."""

    status: str
    """Its status in the tables, or why it has none."""
    post: Post | None = None
    """Where to upload the original, if the cloud has lost it."""

    @property
    def is_well(self) -> bool:
        """Whether everything that was requested is done."""
        return self.status in _KEPT


class RepairCalls:
    """The two routes, up to a hundred photos at a time; both raise CloudError and SignInNeeded as ``api.call``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def records(self, suspects: Sequence[Suspect]) -> dict[str, Answer]:
        """Have records made consistent, and objects hidden or shown accordingly; answers by SHA-256."""
        return self._ask("/photos/repair/records", suspects, _doubted_record)

    def objects(self, suspects: Sequence[Suspect]) -> dict[str, Answer]:
        """Have originals, previews and lost records rebuilt; answers by SHA-256."""
        answers: dict[str, Answer] = {}
        left = list(suspects)
        while left:
            answers |= self._ask("/photos/repair/objects", left, _doubted_object)
            left = [suspect for suspect in left if answers[suspect.sha256].status == "later"]
        return answers

    def _ask(
        self, route: str, suspects: Sequence[Suspect], content: Callable[[Suspect], dict[str, Any]]
    ) -> dict[str, Answer]:
        if not suspects:
            return {}
        asked_at = time.monotonic()
        try:
            answers = ask_of_photos(self._session, route, [content(suspect) for suspect in suspects])
        except CloudFailed as failure:
            if len(suspects) == 1:
                return {suspects[0].sha256: Answer(f"the cloud failed on it ({failure.why})")}
            # One photo that crashes the function must not stop the repair of the others.
            half = len(suspects) // 2
            return self._ask(route, suspects[:half], content) | self._ask(route, suspects[half:], content)
        found = {sha256: _answer(answer, asked_at) for sha256, answer in answers.items()}
        return {suspect.sha256: found.get(suspect.sha256, Answer("the cloud has no answer")) for suspect in suspects}


def _doubted_record(suspect: Suspect) -> dict[str, Any]:
    timestamps = list(suspect.facts.strays[:10])
    return {"sha256": suspect.sha256, "timestamps": timestamps, "objects": suspect.has_objects_in_doubt}


def _doubted_object(suspect: Suspect) -> dict[str, Any]:
    return {"sha256": suspect.sha256, "bytes": ProblemKind.BAD_BYTES in suspect.kinds}


def _answer(answer: PhotoAnswer, asked_at: float) -> Answer:
    upload = answer.upload
    return Answer(answer.status, Post(upload.url, upload.fields, asked_at) if upload else None)
