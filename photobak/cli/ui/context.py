"""What every command knows: the options of the group, and where things live."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from photobak.client.places import Places

INCOMPLETE: Final = 3
"""Exit code: done, but some photos failed or are still pending."""


@dataclass
class Context:
    """The options before the command's name."""

    profile: str | None
    """``--profile``."""
    verbosity: int
    """-1 for ``-q``, 0, 1 for ``-v``, 2 for ``-vv``."""
    home: Path | None = None
    """Everything lives under this folder; None: where the platform, or ``$PHOTOBAK_HOME``, says."""

    @cached_property
    def places(self) -> "Places":
        """The folders of this user."""
        from photobak.client.places import places

        return places({"PHOTOBAK_HOME": str(self.home)}) if self.home else places()

    @property
    def quiet(self) -> bool:
        """Whether only results and errors are printed."""
        return self.verbosity < 0


pass_context = click.make_pass_decorator(Context)
