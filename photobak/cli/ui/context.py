"""What every command knows: the options of the group, where things live, the profile and its session."""

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
    """The options before the command's name."""

    profile: str | None = None
    """``--profile``."""
    verbosity: int = 0
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


def require_profile(context: Context) -> "Profile":
    """The profile that is meant.

    Raises:
        ConfigError: there is none yet, or not the one that was named.
    """
    from photobak.client.profile import load_profile

    profile = load_profile(context.places, context.profile)
    if profile is None:
        raise ConfigError(
            "there is no cloud to talk to yet",
            next_step="Make one on this machine with: photobak local up, or on AWS with: photobak deploy",
        )
    return profile


def require_session(context: Context) -> "Session":
    """The session of the profile that is meant; warns on stderr where its sign-in ends soon.

    Raises:
        ConfigError: there is no profile.
        SignInNeeded: nobody is signed in.
    """
    from photobak.client.account.session import open_session

    session = open_session(require_profile(context), context.places, os.environ)
    if warning := session.warning():
        say(f"photobak: {warning}")
    return session
