"""A photo that its owner has deleted: when, from where, and until when that can be undone."""

from dataclasses import dataclass
from datetime import datetime

GALLERY = "gallery"
"""What ``deleted_from`` says of a deletion in the web gallery."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """What the cloud says of a deletion."""

    deleted_at: datetime | None = None
    """None if the cloud does not know."""
    deleted_from: str | None = None
    """The device, or ``gallery``; None if nobody said."""
    until: datetime | None = None
    """When the trash lets go of it; None if it has (``forgotten``)."""

    def __str__(self) -> str:
        """The sentence for people, in local time."""
        when = f" {self.deleted_at.astimezone():%Y-%m-%d %H:%M}" if self.deleted_at else ""
        where = f" from {self.deleted_from}" if self.deleted_from else ""
        if self.until is None:
            return f"deleted{when}{where}, and no longer in the trash"
        return f"deleted{when}{where}, in the trash until {self.until.astimezone():%Y-%m-%d}"
