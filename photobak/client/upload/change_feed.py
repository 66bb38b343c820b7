"""The change feed: the cloud pushes which photos it has stored, while a sync waits for them."""

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
"""Seconds for which a connection may take, and the table is not read meanwhile."""
_MOST_KEPT: Final = 10_000
"""Photos; those of other devices are pushed too, and nobody here waits for them."""


class ChangeFeed:
    """Listens for stored photos in a thread of its own. If it can't, it is silent, and the table has to be read.

    It comes from the stream of the table's changes, so it says what the table says.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._stored: OrderedDict[str, Status] = OrderedDict()
        self._guard = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="change-feed", daemon=True)
        self._started_at = 0.0
        self._since: float | None = None

    @property
    def connecting(self) -> bool:
        """Whether nothing is heard yet, and soon will be."""
        young = time.monotonic() - self._started_at < _CONNECTS_WITHIN
        return self._since is None and young and self._thread.is_alive()

    @property
    def since(self) -> float | None:
        """Since when each stored photo is heard of, in Unix seconds; None while none is."""
        return self._since

    def start(self) -> None:
        """Connect, without waiting for it; further calls do nothing."""
        if self._thread.ident is None:
            self._started_at = time.monotonic()
            self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._stopped.set()

    def take(self, sha256: str) -> Status | None:
        """What was heard of a content: ``stored`` or ``no-preview``; None if nothing was."""
        with self._guard:
            return self._stored.pop(sha256, None)

    def _listen(self) -> None:
        try:
            with connect(self._session) as connection:
                connection.subscribe(PHOTOS)
                self._since = time.time()
                while not self._stopped.is_set():
                    if heard := connection.hear(_ENDS_WITHIN):
                        self._note(heard.get("message"))
        except PhotobakError as error:  # the table can be read, and says what is wrong if it can't
            _log.debug("no change feed, so the table is read instead: %s", error)
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
