"""What became of each file that was to be restored."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from photobak.client.restore.frost import Frost
from photobak.client.restore.layout import Target


class RestoreResult(StrEnum):
    """What became of one file."""

    RESTORED = "restored"
    EXISTS = "exists"
    THAWING = "thawing"
    FAILED = "failed"
    WOULD_RESTORE = "would-restore"


@dataclass(frozen=True, slots=True)
class RestoreOutcome:
    """What became of one file, and why it is not there."""

    target: Target
    path: Path
    result: RestoreResult
    reason: str | None = None
    size: int = 0
    """Bytes that were written."""
    frost: Frost | None = None
    """Where it has to be thawed first."""

    def to_json(self) -> dict[str, Any]:
        """The line of ``get --json``."""
        return {
            "type": "photo",
            "sha256": self.target.record.sha256,
            "path": str(self.path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"),
            "result": self.result.value,
            "reason": self.reason,
        }
