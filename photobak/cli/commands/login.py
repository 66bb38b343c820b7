"""``photobak login``: sign in with a browser here or on another machine, or with a code on another device."""

import os
import sys
from typing import TYPE_CHECKING

import click

from photobak.cli.ui.context import Context, pass_context, require_profile
from photobak.cli.ui.terminal import say

if TYPE_CHECKING:
    from photobak.client.account.sign_in.browser import Invitation
    from photobak.client.account.sign_in.device import DeviceCode
    from photobak.client.account.tokens.interface import Tokens
    from photobak.client.profile import Profile


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
    from photobak.client.account.session import keep_sign_in

    profile = require_profile(context)
    tokens = _by_device(profile) if device else _by_browser(profile, no_browser)
    word = keep_sign_in(profile, context.places, os.environ, tokens)
    if word:
        say(word)
    if not context.quiet:
        say(f"Signed in as {tokens.email} (profile {profile.name}).")


def _by_browser(profile: "Profile", no_browser: bool) -> "Tokens":
    from photobak.client.account.sign_in.browser import browser_is_here, sign_in_by_browser
    from photobak.platform.typed_lines import TypedLines

    typed = TypedLines(sys.stdin.fileno()) if sys.stdin.isatty() else None
    return sign_in_by_browser(profile, _Terminal(), use_browser=not no_browser and browser_is_here(), typed=typed)


def _by_device(profile: "Profile") -> "Tokens":
    from photobak.client.account.sign_in.device import ask_device_code, wait_for_approval

    code = ask_device_code(profile)
    _show(code)
    return wait_for_approval(profile, code)


class _Terminal:
    """The Conversation of a sign-in by browser, on stderr."""

    def invite(self, invitation: "Invitation") -> None:
        if invitation.browser_opened:
            say("Sign in with the browser that has just opened. If none has, open this URL:")
        else:
            say("To sign in, open this URL in a browser:")
        say(f"\n  {invitation.url}\n")
        if invitation.redirect_uri is None:
            say("The browser ends on a page that cannot be displayed. Paste the URL of that page here:")
        elif invitation.can_paste:
            say("A browser on another machine ends on a page that cannot be displayed.")
            say(f"Paste the URL of that page here (it begins with {invitation.redirect_uri}):")

    def not_accepted(self, reason: str) -> None:
        say(f"That is not the right URL: {reason}. Paste the URL of the last page here:")


def _show(code: "DeviceCode") -> None:
    say("On another device, open this page and enter the code:")
    say(f"\n  {code.verification_uri}\n\n  {code.user_code}\n")
    if code.verification_uri_complete and sys.stderr.isatty():
        import segno

        segno.make(code.verification_uri_complete).terminal(out=sys.stderr, compact=True)
    minutes = code.expires_in // 60
    say(f"Waiting up to {minutes} minutes. Never share this code, and never enter a code that somebody sends you.")
