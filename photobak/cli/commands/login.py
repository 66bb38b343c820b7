"""``photobak login``: sign in by the browser here, by one elsewhere, or by a code on another device."""

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
@click.option("--device", is_flag=True, help="Show a code to enter on another device, such as a phone.")
@click.option("--no-browser", is_flag=True, help="Open no browser; show the URL.")
@pass_context
def command(context: Context, device: bool, no_browser: bool) -> None:
    """Sign in, with the browser of this machine or another's.

    Over SSH, sign in with the browser in front of you: either forward the port (ssh -L 47115:127.0.0.1:47115), or
    paste the URL that the browser ends at, or use --device.

    \b
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
            say("Sign in with the browser that opens just now. If none does, open this URL:")
        else:
            say("To sign in, open this URL in a browser:")
        say(f"\n  {invitation.url}\n")
        if invitation.redirect_uri is None:
            say("It ends at a page that can't be shown. Paste that page's URL here:")
        elif invitation.can_paste:
            say("If that browser is on another machine, it ends at a page that can't be shown.")
            say(f"Paste that page's URL here (it begins with {invitation.redirect_uri}):")

    def not_accepted(self, reason: str) -> None:
        say(f"That isn't the URL it ended at: {reason}. Paste it here:")


def _show(code: "DeviceCode") -> None:
    say("On any other device, open this page and enter the code:")
    say(f"\n  {code.verification_uri}\n\n  {code.user_code}\n")
    if code.verification_uri_complete and sys.stderr.isatty():
        import segno

        segno.make(code.verification_uri_complete).terminal(out=sys.stderr, compact=True)
    minutes = code.expires_in // 60
    say(f"Waiting for up to {minutes} minutes. Tell nobody this code, and enter none that you are told.")
