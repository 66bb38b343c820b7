"""What could not be had although it was asked for: said at once, while the rest goes on."""

from photobak.cli.ui.terminal import say, shown
from photobak.errors import PhotobakError


class LeftOut:
    """Says on stderr what is left out, and counts it for the exit code."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, error: PhotobakError) -> None:
        """One more is left out, for this reason."""
        self.count += 1
        say(f"photobak: {shown(str(error))}")
