"""The log file: what runs have said, without secrets; it rotates, and only its owner can read it."""

import json
import logging
import time
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from photobak.cli.ui.redact import Redactor
from photobak.client.places import Places
from photobak.errors import ConfigError
from photobak.platform.private_files import open_private_to_append, private_folder

NAME: Final = "photobak.log"
_BYTES: Final = 1_000_000
_OLD_FILES: Final = 3


class _PrivateHandler(RotatingFileHandler):
    def _open(self):  # type: ignore[no-untyped-def]
        return open_private_to_append(Path(self.baseFilename))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Do nothing: a full disk is reported by the run itself."""


class _Line(logging.Formatter):
    """A line of text, or of JSON, without secrets."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json
        self._redact = Redactor()

    def format(self, record: logging.LogRecord) -> str:
        """One line; a message of several is joined."""
        at = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(record.created))
        message = self._redact(" | ".join(record.getMessage().splitlines()))
        if self._as_json:
            return json.dumps({"at": at, "process": record.process, "message": message})
        return f"{at} {record.process} {message}"


def open_log(places: Places, *, as_json: bool) -> logging.Logger | None:
    """The log of this command; None if its file cannot be written, which must not stop a backup."""
    try:
        private_folder(places.state)  # which may hold the folder of logs
        private_folder(places.log)
        handler = _PrivateHandler(places.log / NAME, maxBytes=_BYTES, backupCount=_OLD_FILES)
    except (OSError, ConfigError):
        return None
    handler.setFormatter(_Line(as_json=as_json))
    log = logging.getLogger("photobak.log")
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(handler)
    return log


def last_lines(places: Places, most: int) -> list[str]:
    """The newest lines of the log."""
    lines: list[str] = []
    for path in (Path(f"{places.log / NAME}.1"), places.log / NAME):
        with suppress(OSError):
            lines += path.read_text("utf-8", "replace").splitlines()
    return lines[-most:]
