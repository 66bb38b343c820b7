"""What the cloud says of its own accord while a sync waits: which photos it has stored."""

import logging
import threading
import time
from collections import OrderedDict
from typing import Final

from photobak.client.account.session import Session
from photobak.client.live.connection import connect
from photobak.errors import PhotobakError
from photobak.photo.record import Status
from photobak.photo.topic import PHOTOS

_log = logging.getLogger(__name__)

_ENDS_WITHIN: Final = 1.0
_CONNECTS_WITHIN: Final = 10.0
"""Seconds for which a connection is waited for, and little is asked meanwhile."""
_MOST_KEPT: Final = 10_000
"""Photos; other devices' are heard of too, and nobody here asks after those."""


class ChangeFeed:
    """Hears of stored photos in a thread of its own. Where it can't, it is silent, and whoever waits has to ask.

    What is heard is what the table says: the cloud's stream of the table's changes is where it comes from.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._stored: OrderedDict[str, Status] = OrderedDict()
        self._guard = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="news", daemon=True)
        self._begun_at = 0.0
        self._since: float | None = None

    @property
    def connecting(self) -> bool:
        """Whether news are not heard yet, and soon will be."""
        young = time.monotonic() - self._begun_at < _CONNECTS_WITHIN
        return self._since is None and young and self._thread.is_alive()

    @property
    def since(self) -> float | None:
        """Since when each photo that is stored is heard of, in Unix seconds; None while none is."""
        return self._since

    def begin(self) -> None:
        """Connect, without waiting for it; once is enough."""
        if self._thread.ident is None:
            self._begun_at = time.monotonic()
            self._thread.start()

    def end(self) -> None:
        """Listen no longer."""
        self._ended.set()

    def take(self, sha256: str) -> Status | None:
        """What was heard of a content: that it is stored, with a preview or without; None where nothing was."""
        with self._guard:
            return self._stored.pop(sha256, None)

    def _listen(self) -> None:
        try:
            with connect(self._session) as connection:
                connection.subscribe(PHOTOS)
                self._since = time.time()
                while not self._ended.is_set():
                    if heard := connection.hear(_ENDS_WITHIN):
                        self._note(heard.get("message"))
        except PhotobakError as error:  # asking is always possible, and says what is wrong where it isn't
            _log.debug("not told what is stored, so it is asked for: %s", error)
        finally:
            self._since = None

    def _note(self, message: object) -> None:
        if not isinstance(message, dict):
            return
        sha256, status = message.get("sha256"), message.get("status")
        if not isinstance(sha256, str) or not isinstance(status, str):
            return
        with self._guard:
            self._stored.pop(sha256, None)
            if status in (Status.STORED, Status.NO_PREVIEW):
                self._stored[sha256] = Status(status)
            if len(self._stored) > _MOST_KEPT:
                self._stored.popitem(last=False)
