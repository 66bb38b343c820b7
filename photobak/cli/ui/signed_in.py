"""What commands that need an account share: the profile that is meant, its session, the warning before it ends."""

import os
from typing import TYPE_CHECKING

from photobak.cli.ui.context import Context
from photobak.cli.ui.terminal import say
from photobak.errors import ConfigError

if TYPE_CHECKING:
    from photobak.client.account.session import Session
    from photobak.client.profile import Profile


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
