"""Sends what the cloud wants, and says what could not be sent."""

from collections.abc import Iterable, Iterator
from typing import Final

from photobak.client.announce import Announced, Announcer, OnItsWay, Wanted
from photobak.client.ledger import Ledger
from photobak.client.outcome import Observer, Result
from photobak.client.upload import FileChanged, PostExpired, RateLimit, Uploader, UploadRefused
from photobak.photo.record import Status

_FRESH_POSTS: Final = 3  # a POST lives for minutes; a slow line may outlive the first ones


class Sender:
    """Sends contents. Threads may share it; each has a connection of its own."""

    def __init__(self, announcer: Announcer, ledger: Ledger, observer: Observer, rate: RateLimit) -> None:
        self._announcer = announcer
        self._ledger = ledger
        self._observer = observer
        self._rate = rate

    def send(self, announced: Iterable[Announced]) -> Iterator[OnItsWay]:
        """Send what is wanted; the rest is on its way, or done.

        Raises:
            CloudError: S3 can't be reached.
        """
        uploader = Uploader(self._rate, self._observer.sent)
        for each in announced:
            match each:
                case Wanted():
                    on_its_way = self.send_one(uploader, each)
                    if on_its_way:
                        yield on_its_way
                case OnItsWay():
                    yield each
                case _:
                    self._ledger.confirmed(each.content, Status.STORED, Result.ALREADY_STORED)

    def send_one(self, uploader: Uploader, wanted: Wanted) -> OnItsWay | None:
        """Send one content; where it can't be sent, the ledger is told why. Raises as ``send``."""
        candidate = wanted.content.first
        try:
            uploaded_at = self._send_with_fresh_posts(uploader, wanted)
        except FileChanged:
            self._ledger.failed(wanted.content.candidates, "it changed after it was read; the next sync takes it")
        except UploadRefused as refused:
            self._ledger.failed(wanted.content.candidates, str(refused))
        except OSError as error:
            self._ledger.failed(wanted.content.candidates, (error.strerror or str(error)).lower())
        else:
            self._ledger.sent(candidate.fingerprint.size)
            return OnItsWay(wanted.content, uploaded_at)
        return None

    def _send_with_fresh_posts(self, uploader: Uploader, wanted: Wanted) -> float:
        for _ in range(_FRESH_POSTS):
            try:
                return uploader.send(wanted.content.first, wanted.post)
            except PostExpired:
                (again,) = self._announcer.announce_batch([wanted.content])
                if not isinstance(again, Wanted):
                    break
                wanted = again
        raise UploadRefused("S3 refuses the upload", why="its permission keeps expiring before the file is through")
