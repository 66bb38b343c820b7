"""The live service of the small cloud: topic ``photos``, with what was missed."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from support.gallery.servers import LONGEST_END
from support.gallery.shelf import Shown
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve


class Live:
    """Tells every subscriber of every change."""

    def __init__(self) -> None:
        self._news: list[dict[str, Any]] = []
        self._listeners: set[ServerConnection] = set()
        self._lock = threading.Lock()
        self.subscriptions: list[dict[str, Any]] = []
        self.refuses = False

    def tell(self, photo: Shown, status: str) -> None:
        with self._lock:
            record = photo.record() | {"status": status}
            sequence = f"{len(self._news) + 1:040}"
            self._news.append({"type": "message", "topic": "photos", "sequence": sequence, "message": record})
            for listener in list(self._listeners):
                self._send(listener, self._news[-1])

    def sequence(self) -> str:
        """The latest change."""
        return str(self._news[-1]["sequence"]) if self._news else ""

    def hang_up(self) -> None:
        for listener in list(self._listeners):
            listener.close()

    @contextmanager
    def running(self) -> Iterator[str]:
        server: Server
        with serve(self._listen, "127.0.0.1", 0) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            try:
                yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/live"
            finally:
                self.hang_up()
                server.shutdown()
                thread.join(LONGEST_END)
                assert not thread.is_alive(), f"the live service did not end within {LONGEST_END} s"

    def _listen(self, connection: ServerConnection) -> None:
        if self.refuses:
            return
        with suppress(ConnectionClosed):
            for text in connection:
                self._heard(connection, json.loads(text))
        self._listeners.discard(connection)

    def _heard(self, connection: ServerConnection, said: dict[str, Any]) -> None:
        with self._lock:
            self.subscriptions.append(said)
            if "after" in said:
                for news in self._news:
                    if news["sequence"] > said["after"]:
                        self._send(connection, news)
            self._listeners.add(connection)
            last = self._news[-1]["sequence"] if self._news else "0" * 40
            answer = {"type": "subscribed", "topic": "photos", "expires_in": 7200, "sequence": last}
            self._send(connection, answer | {"more": False, "gap": False})

    def _send(self, connection: ServerConnection, message: dict[str, Any]) -> None:
        with suppress(ConnectionClosed):
            connection.send(json.dumps(message))
