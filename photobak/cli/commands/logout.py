"""``photobak logout``: end the sign-in, in the cloud and here."""

import os

import click

from photobak.cli.ui.context import Context, pass_context, require_profile
from photobak.cli.ui.terminal import say


@click.command(name="logout", short_help="Sign out, here and in the cloud.")
@pass_context
def command(context: Context) -> None:
    """Sign out: make the sign-in worthless in the cloud, then forget it here.

    Other machines stay signed in. Programs that were given a token or credentials can use them for up to an hour.

    \b
      photobak logout
    """
    from photobak.client.account.session import open_session

    profile = require_profile(context)
    was_signed_in = open_session(profile, context.places, os.environ).sign_out()
    if not context.quiet:
        say(f"{'Signed out of' if was_signed_in else 'Nobody was signed in to'} {profile.name}.")
