"""A machine's clock that is wrong: the cloud refuses signatures and tokens then, in words that say everything but that.

Signatures bear 15 minutes (AWS Signature Version 4), tokens five. What the cloud takes for the time stands in each of
its answers, in the header ``Date`` (RFC 9110, 6.6.1).
"""

import time
from typing import Final

from photobak.errors import CloudError

_TOLERATED: Final = 300.0
"""Seconds."""


def clock_error(what: str, answered_at: str | None, now: float | None = None) -> CloudError | None:
    """Tell whether a refusal is this machine's clock's fault.

    Args:
        what: what was refused, for a person.
        answered_at: the refusal's ``Date``.
        now: this machine's time in Unix seconds; as its clock says where it isn't given.

    Returns:
        The error to raise; None where the clock is right, or nobody has said what time it is.
    """
    from email.utils import parsedate_to_datetime  # 10 ms, for an error

    try:
        theirs = parsedate_to_datetime(answered_at or "").timestamp()
    except ValueError:
        return None
    ahead = (time.time() if now is None else now) - theirs
    if abs(ahead) <= _TOLERATED:
        return None
    why = f"this machine's clock is {_duration(abs(ahead))} {'ahead' if ahead > 0 else 'behind'}"
    return CloudError(what, why=why, next_step="Set it, then repeat")


def _duration(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("hours", 3_600)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds / 60:.0f} minutes"
