"""The context of a command: the global options, the folders, the profile and its session."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from photobak.cli.ui.terminal import say
from photobak.errors import ConfigError

if TYPE_CHECKING:
    from photobak.client.account.session import Session
    from photobak.client.places import Places
    from photobak.client.profile import Profile

INCOMPLETE: Final = 3
"""Exit code: done, but some photos failed or are still pending."""


@dataclass
class Context:
    """The options before the command name."""

    profile: str | None = None
    """``--profile``."""
    verbosity: int = 0
    """-1 for ``-q``, 0, 1 for ``-v``, 2 for ``-vv``."""
    home: Path | None = None
    """Keep everything in this folder; None: the folders of the platform, or ``$PHOTOBAK_HOME``."""

    @cached_property
    def places(self) -> "Places":
        """The folders of this user."""
        from photobak.client.places import places

        return places({"PHOTOBAK_HOME": str(self.home)}) if self.home else places()

    @property
    def quiet(self) -> bool:
        """Whether to print only results and errors."""
        return self.verbosity < 0


pass_context = click.make_pass_decorator(Context)


def require_profile(context: Context) -> "Profile":
    """The selected profile.

    Raises:
        ConfigError: there is none yet, or none of that name.
    """
    from photobak.client.profile import load_profile

    profile = load_profile(context.places, context.profile)
    if profile is None:
        raise ConfigError(
            "no cloud is set up yet",
            next_step="Set one up on this machine with: photobak local up, or on AWS with: photobak deploy",
        )
    return profile


def require_session(context: Context) -> "Session":
    """The session of the selected profile; warns on stderr if the sign-in expires soon.

    Raises:
        ConfigError: there is no profile.
        SignInNeeded: you are not signed in.
    """
    from photobak.client.account.session import open_session

    session = open_session(require_profile(context), context.places, os.environ)
    if warning := session.warning():
        say(f"photobak: {warning}")
    return session
