"""Signing in at the terminal, and signing in again in the middle of a command that needs it."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from photobak.cli.ui.context import Context
from photobak.cli.ui.terminal import is_terminal, say
from photobak.errors import FreshSignInNeeded, WrongUsage

if TYPE_CHECKING:
    from photobak.client.account.session import Session
    from photobak.client.account.sign_in.browser import Invitation
    from photobak.client.account.sign_in.device import DeviceCode
    from photobak.client.account.tokens.interface import Tokens
    from photobak.client.profile import Profile

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

_FRESH_FOR: Final = 600.0
"""Seconds; the cloud takes a sign-in of the last 15 minutes as fresh."""


def with_fresh_sign_in(
    context: Context,
    session: "Session",
    change: "Callable[[Sequence[Item]], Iterator[Outcome]]",
    items: "Sequence[Item]",
) -> "Iterator[Outcome]":
    """Change photos; where the cloud wants a fresh sign-in, sign in and go on with what is left.

    Args:
        context: says whether anybody can sign in.
        session: whose photos they are.
        change: yields one outcome for each item, in their order.
        items: what is changed.

    Raises:
        FreshSignInNeeded: nobody is at a terminal, or the sign-in was not fresh enough.
        PhotobakError: as ``change``, or the sign-in failed.
    """
    done, signed_in_at = 0, -1
    while True:
        try:
            for outcome in change(items[done:]):
                done += 1
                yield outcome
        except FreshSignInNeeded as error:
            if not _is_interactive():
                raise
            if signed_in_at == done:
                raise _not_fresh(error) from error
            signed_in_at = done
            _sign_in_again(context, session, error)
        else:
            return


def repeat_after_fresh_sign_in(context: Context, session: "Session", attempt: "Callable[[], Outcome]") -> Outcome:
    """Do something that can be repeated; where the cloud wants a fresh sign-in, sign in and do it again.

    Args:
        context: says whether anybody can sign in.
        session: whose photos they are.
        attempt: goes on where the last one ended.

    Raises:
        FreshSignInNeeded: nobody is at a terminal, or the sign-in was not fresh enough.
        PhotobakError: as ``attempt``, or the sign-in failed.
    """
    signed_in_at: float | None = None
    while True:
        try:
            return attempt()
        except FreshSignInNeeded as error:
            if not _is_interactive():
                raise
            if signed_in_at is not None and time.monotonic() - signed_in_at < _FRESH_FOR:
                raise _not_fresh(error) from error
            _sign_in_again(context, session, error)
            signed_in_at = time.monotonic()


def _not_fresh(error: FreshSignInNeeded) -> FreshSignInNeeded:
    """The error for a sign-in that has not helped: the browser answered without asking the person."""
    step = "Sign in in a private window: photobak login --no-browser, then repeat the command"
    return FreshSignInNeeded(error.what, why="the last one was not fresh", next_step=step)


def _is_interactive() -> bool:
    return sys.stdin.isatty() and is_terminal()


def _sign_in_again(context: Context, session: "Session", error: FreshSignInNeeded) -> None:
    from photobak.client.account.session import keep_sign_in
    from photobak.client.account.sign_in.browser import browser_is_here

    say(f"{error.what[0].upper()}{error.what[1:]}: {error.why}.")
    here = browser_is_here()
    tokens = by_browser(session.profile, use_browser=True, fresh=True) if here else by_device(session.profile)
    if tokens.subject != session.tokens.subject:
        raise WrongUsage(f"this was {tokens.email}, and the photos are {session.tokens.email}'s")
    keep_sign_in(session.profile, context.places, os.environ, tokens)
    session.read_again()


def by_browser(profile: "Profile", *, use_browser: bool, fresh: bool = False) -> "Tokens":
    """Sign in with a browser, here or on another machine; raises as ``sign_in_by_browser``."""
    from photobak.client.account.sign_in.browser import sign_in_by_browser
    from photobak.platform.typed_lines import TypedLines

    typed = TypedLines(sys.stdin.fileno()) if sys.stdin.isatty() else None
    return sign_in_by_browser(profile, _Terminal(), use_browser=use_browser, typed=typed, fresh=fresh)


def by_device(profile: "Profile") -> "Tokens":
    """Sign in on another device; raises as ``wait_for_approval``."""
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
