"""``photobak login``: sign in with a browser here or on another machine, or with a code on another device."""

import os

import click

from photobak.cli.ui.context import Context, pass_context, require_profile
from photobak.cli.ui.terminal import say


@click.command(name="login", short_help="Sign in.")
@click.option("--device", is_flag=True, help="Show a code to enter on another device, such as your phone.")
@click.option("--no-browser", is_flag=True, help="Print the URL instead of opening a browser.")
@pass_context
def command(context: Context, device: bool, no_browser: bool) -> None:
    """Sign in with your browser.

    Over SSH, use --device. Or open the URL in your local browser, then forward the port (ssh -L 47115:127.0.0.1:47115)
    or paste the URL of the page that the browser ends on.

    \b
    Examples:
      photobak login
      photobak login --device
    """
    from photobak.cli.ui.sign_in import by_browser, by_device
    from photobak.client.account.session import keep_sign_in
    from photobak.client.account.sign_in.browser import browser_is_here

    profile = require_profile(context)
    here = not no_browser and browser_is_here()
    tokens = by_device(profile) if device else by_browser(profile, use_browser=here)
    word = keep_sign_in(profile, context.places, os.environ, tokens)
    if word:
        say(word)
    if not context.quiet:
        say(f"Signed in as {tokens.email} (profile {profile.name}).")
