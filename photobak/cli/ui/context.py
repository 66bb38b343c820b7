"""The context of a command: the global options, the folders, the profile and its session."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from photobak.cli.ui.terminal import say
from photobak.errors import ConfigError, WrongUsage

if TYPE_CHECKING:
    from photobak.client.account.session import Session
    from photobak.client.config.settings import Settings
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

    wait_lock: float = 0.0
    """Seconds to wait for another run to end (``--wait-lock``)."""

    @cached_property
    def places(self) -> "Places":
        """The folders of this user."""
        from photobak.client.places import places

        return places({"PHOTOBAK_HOME": str(self.home)}) if self.home else places()

    @cached_property
    def settings(self) -> "Settings":
        """The settings of ``config.toml`` and its variables; ConfigError if one is wrong."""
        from photobak.client.config.load import load_settings

        return load_settings(self.places)

    @property
    def quiet(self) -> bool:
        """Whether to print only results and errors."""
        return self.verbosity < 0


pass_context = click.make_pass_decorator(Context)


def folders_to_back_up(context: Context, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """The PATHs of the command line; without any, the folders of the settings.

    Raises:
        WrongUsage: there are none either.
        ConfigError: the settings cannot be used.
    """
    if found := paths or context.settings.folders.paths:
        return found
    raise WrongUsage(
        "no folder to back up",
        why=f"none is given, and {context.places.config_file} names none",
        next_step="Name one: photobak sync ~/Pictures, or choose yours once with: photobak setup",
    )


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
