"""The state of the backup for monitoring: one line, and a file for the textfile collector of Prometheus.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from photobak.errors import WrongUsage, reason_of

_PREFIX: Final = "photobak"


@dataclass(frozen=True, slots=True)
class Check:
    """Whether all is well, in one line."""

    ok: bool
    line: str

    def to_json(self) -> dict[str, Any]:
        """As ``status --check --json`` prints it."""
        return {"type": "check", "ok": self.ok, "detail": self.line}


def check(found: dict[str, Any], oldest_run: datetime | None) -> Check:
    """Judge the state of the backup.

    Args:
        found: what ``status --json`` prints.
        oldest_run: the last finished run must not have ended before; None if that does not matter.
    """
    last = found["last_sync"]
    finished = datetime.fromisoformat(last["finished_at"]) if last else None
    if found["state"] == "red":
        return Check(False, f"not safe: {'; '.join(found['problems'])}")
    if finished is None:
        return Check(False, "nothing was backed up yet")
    when = f"{finished.astimezone():%Y-%m-%d %H:%M}"
    if oldest_run is not None and finished < oldest_run:
        return Check(False, f"the last backup ended on {when}, which is too long ago")
    note = f"; {'; '.join(found['problems'])}" if found["problems"] else ""
    return Check(True, f"ok: {found['stored']:,} photos confirmed, last backup {when}{note}")


def write_metrics(path: Path, profile: str, found: dict[str, Any] | None, judged: Check) -> None:
    """Replace a file of metrics atomically, readable for all: the exporter runs as another user.

    Args:
        path: the file, which should end in ``.prom``.
        profile: its name.
        found: what ``status --json`` prints; None if the state is unknown.
        judged: whether all is well.

    Raises:
        WrongUsage: the file cannot be written.
    """
    text = "".join(f"# TYPE {_PREFIX}_{name} gauge\n" + line for name, line in _metrics(profile, found, judged))
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        raise WrongUsage(f"cannot write {path}", why=reason_of(error)) from error


def _metrics(profile: str, found: dict[str, Any] | None, judged: Check) -> Iterator[tuple[str, str]]:
    """The name of each metric and its lines."""
    values: dict[str, float | None] = {"ok": float(judged.ok)}
    if found is not None:
        last = found["last_sync"]
        values |= {
            "stored_photos": found["stored"],
            "pending_photos": found["pending"],
            "deleted_photos": found["deleted"],
            "proofs": found["proofs"]["total"],
            "failing_proofs": found["proofs"]["failing"],
            "last_sync_timestamp_seconds": _seconds(last["finished_at"] if last else None),
            "oldest_confirmation_timestamp_seconds": _seconds(found["oldest_confirmation"]),
            "sign_in_end_timestamp_seconds": _seconds(found["signed_in_until"]),
        }
    for name, value in values.items():
        if value is not None:
            yield name, f'{_PREFIX}_{name}{{profile="{profile}"}} {value:.17g}\n'


def _seconds(instant: str | None) -> float | None:
    return None if instant is None else datetime.fromisoformat(instant).timestamp()
