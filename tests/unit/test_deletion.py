"""How a deletion is told to its owner."""

from datetime import UTC, datetime

import pytest

from photobak.photo.deletion import Deletion

WHEN = datetime(2026, 11, 28, 12, 34, tzinfo=UTC).astimezone()
UNTIL = datetime(2026, 12, 28, 12, tzinfo=UTC).astimezone()
AT = f"{WHEN:%Y-%m-%d %H:%M}"
DAY = f"{UNTIL:%Y-%m-%d}"


@pytest.mark.parametrize(
    ("deletion", "said"),
    [
        (Deletion(WHEN, "laptop", UNTIL), f"deleted {AT} from laptop, in the trash until {DAY}"),
        (Deletion(WHEN, None, UNTIL), f"deleted {AT}, in the trash until {DAY}"),
        (Deletion(None, "gallery", UNTIL), f"deleted from gallery, in the trash until {DAY}"),
        (Deletion(WHEN, "laptop", None), f"deleted {AT} from laptop, and no longer in the trash"),
        (Deletion(), "deleted, and no longer in the trash"),
    ],
)
def test_it_says_when_from_where_and_until_when_it_can_be_undone(deletion: Deletion, said: str) -> None:
    assert str(deletion) == said
