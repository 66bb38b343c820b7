"""What a watch looks like: a line for each photo as it is stored, and one for each trouble, however often it is met."""

import os
from threading import Lock

import click

from photobak.cli.ui.context import Context
from photobak.cli.ui.sync_progress import SyncProgress
from photobak.cli.ui.terminal import is_terminal, json_line, say, shown
from photobak.client.files.outcome import FileOutcome, Result


class WatchView(SyncProgress):
    """Tells of each file once, over as many runs as it takes; called from several threads."""

    def __init__(self, context: Context, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json
        self._talkative = context.verbosity > 0 or (is_terminal() and not context.quiet)
        self._line = Lock()
        self._unsafe: dict[str, tuple[Result, str | None]] = {}
        """What was told of each path that is not safe."""

    def finished(self, outcome: FileOutcome) -> None:
        """A file has its result: told, unless it is the one that was told last."""
        with self._line:
            if self._is_news(outcome):
                self._tell(outcome)

    def _is_news(self, outcome: FileOutcome) -> bool:
        path, state = os.fspath(outcome.path), (outcome.result, outcome.reason)
        if outcome.result.safe:
            self._unsafe.pop(path, None)
            return True
        known, self._unsafe[path] = self._unsafe.get(path), state
        return known != state

    def _tell(self, outcome: FileOutcome) -> None:
        entry = outcome.to_json()
        if self._as_json:
            json_line(entry)
        elif outcome.result.safe and self._talkative:  # in cron only what is not safe
            taken = f"{outcome.taken.taken_at.astimezone():%Y-%m-%d %H:%M}" if outcome.taken else "-"
            note = "" if outcome.result is Result.STORED else f"  ({outcome.result})"
            click.echo(shown(f"{(outcome.sha256 or '')[:12]}  {taken}  {entry['path']}{note}"))
        if outcome.result.broken:
            say(shown(f"{outcome.result} {entry['path']}" + (f": {outcome.reason}" if outcome.reason else "")))
