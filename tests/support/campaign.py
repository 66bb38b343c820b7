"""How long a campaign of faults goes on: moments in an ordinary run, an hour with ``PHOTOBAK_CAMPAIGN=long``."""

import os


def rounds(*, short: int, long: int) -> int:
    """How many rounds of a campaign are to be run."""
    return long if os.environ.get("PHOTOBAK_CAMPAIGN") == "long" else short


STEP = rounds(short=3, long=1)
"""From one moment of a campaign to the next, in calls."""


def moments(calls: int) -> range:
    """The calls of a run, counted from 1, before which a campaign acts: every third, or each one in a long campaign."""
    return range(1, calls + 1, STEP)
