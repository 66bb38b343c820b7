"""Announces to the cloud what is about to come: ``POST /prep/photoupload``, up to a hundred photos at a time."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from photobak.client.account.api import PhotoAnswer, ask_of_photos
from photobak.client.account.session import Session
from photobak.client.files.candidate import Candidate
from photobak.client.files.outcome import Result
from photobak.client.transport.errors import printable
from photobak.client.upload.content import Confirmed, Content, Deleted, Post, StatusReader, Uploaded, Verdict, Wanted
from photobak.errors import CloudError
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST, MAX_SOURCES_A_PHOTO, Announcement
from photobak.photo.deletion import Deletion
from photobak.photo.record import Status

FIRST_BATCH: Final = 8
"""The first batches are small, so that uploads start at once; each is twice as large as the one before."""

ON_ITS_WAY_FOR: Final = 24 * 3600.0
"""Seconds after which an upload that the cloud has not processed has expired from the temp bucket."""

Answer = Wanted | Confirmed | Deleted


def batches(candidates: Iterable[Candidate]) -> Iterator[list[Content]]:
    """Gather candidates into batches; the same content at several paths is one entry."""
    size, batch = FIRST_BATCH, dict[str, list[Candidate]]()
    for candidate in candidates:
        same = batch.setdefault(candidate.sha256, [])
        same.append(candidate)
        if len(batch) == size or len(same) == MAX_SOURCES_A_PHOTO:
            yield [Content(tuple(same)) for same in batch.values()]
            size, batch = min(2 * size, MAX_PHOTOS_A_REQUEST), {}
    if batch:
        yield [Content(tuple(same)) for same in batch.values()]


class Announcer:
    """Announces contents for one session. Threads may share it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def announce(self, batches_: Iterable[list[Content]]) -> Iterator[Answer | Uploaded]:
        """Announce each batch, up to a hundred contents; what an earlier run uploaded lately is only looked up.

        Raises:
            CloudError: the API can't be reached or refuses the batch.
            SignInNeeded: the session has ended.
        """
        statuses = StatusReader(self._session)
        for batch in batches_:
            verdicts = statuses.read(content.sha256 for content in batch if content.is_known)
            unknown = []
            for content in batch:
                known = _known(content, verdicts.get(content.sha256))
                if known:
                    yield known
                else:
                    unknown.append(content)
            for different in _without_twins(unknown):
                yield from self.announce_batch(different)

    def announce_batch(self, contents: Sequence[Content]) -> list[Answer]:
        """Announce up to a hundred different contents; raises as ``announce``."""
        asked_at = time.monotonic()
        answers = announce_all(self._session, [content.announcement for content in contents])
        return [_answer(content, answers[content.sha256], asked_at) for content in contents]


def _without_twins(contents: Iterable[Content]) -> list[list[Content]]:
    """As few lists as possible, each of different contents: what comes back may hold one content several times."""
    lists: list[list[Content]] = []
    seen: Counter[str] = Counter()
    for content in contents:
        if seen[content.sha256] == len(lists):
            lists.append([])
        lists[seen[content.sha256]].append(content)
        seen[content.sha256] += 1
    return lists


def announce_all(session: Session, announcements: Sequence[Announcement]) -> dict[str, PhotoAnswer]:
    """Send announcements as they are; the answers by SHA-256. Raises as ``Announcer.announce``."""
    answers = ask_of_photos(session, "/prep/photoupload", [each.to_json() for each in announcements])
    missing = [each.filename for each in announcements if each.sha256 not in answers]
    if missing:
        next_step = "Bring the cloud up to date: photobak deploy"
        raise CloudError(f"the cloud has no answer for {missing[0]}", next_step=next_step)
    return answers


def _known(content: Content, verdict: Verdict | None) -> Uploaded | Confirmed | Deleted | None:
    """What is known of a content that an earlier run uploaded; None if it must be announced (again)."""
    if verdict is not None and verdict.deletion is not None:
        return Deleted(content, verdict.status, verdict.deletion)
    uploaded_at = content.uploaded_at
    if uploaded_at is None or verdict is None:
        return None
    if verdict.status.kept:
        return Confirmed(content, Result.ALREADY_STORED)
    lately = abs(time.time() - uploaded_at) < ON_ITS_WAY_FOR  # a time in the future is from a clock that went wrong
    return Uploaded(content, uploaded_at) if verdict.status is Status.EXPECTED and lately else None


def _answer(content: Content, answer: PhotoAnswer, asked_at: float) -> Answer:
    match answer.status:
        case Status.STORED:
            return Confirmed(content, Result.ALREADY_STORED)
        case Status.TRASHED | Status.FORGOTTEN:
            return Deleted(content, Status(answer.status), answer.deletion or Deletion())
    if answer.upload is None:
        what = f"the cloud gave an answer for {content.first.path.name} that can't be used"
        raise CloudError(what, why=f"its status is {printable(answer.status, 40)}, which this photobak doesn't know")
    return Wanted(content, Post(answer.upload.url, answer.upload.fields, asked_at))
