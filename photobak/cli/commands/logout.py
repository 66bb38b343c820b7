"""``photobak logout``: end the sign-in, in the cloud and on this machine."""

import os

import click

from photobak.cli.ui.context import Context, pass_context, require_profile
from photobak.cli.ui.terminal import say


@click.command(name="logout", short_help="Sign out.")
@pass_context
def command(context: Context) -> None:
    """Sign out: revoke the sign-in in the cloud, then delete it from this machine.

    Other machines stay signed in. Tokens and credentials given to other programs stay valid for up to an hour.

    \b
    Example:
      photobak logout
    """
    from photobak.client.account.session import open_session

    profile = require_profile(context)
    was_signed_in = open_session(profile, context.places, os.environ).sign_out()
    if not context.quiet:
        say(f"{'Signed out of' if was_signed_in else 'Was not signed in to'} {profile.name}.")
