"""How long a campaign of faults goes on: moments in an ordinary run, an hour with ``PHOTOBAK_CAMPAIGN=long``."""

import os


def rounds(*, short: int, long: int) -> int:
    """How many rounds of a campaign are to be run."""
    return long if os.environ.get("PHOTOBAK_CAMPAIGN") == "long" else short
