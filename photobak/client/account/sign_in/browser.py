"""Sign-in through a browser: on this machine by the loopback listener, on another by pasting the URL it ended at."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Protocol

from photobak.client.account.cognito import Clock, redeem_code
from photobak.client.account.sign_in.authorization import (
    CALLBACK_PORTS,
    Attempt,
    NotThisAttempt,
    Redirect,
    SignInRefused,
    authorization_url,
    callback_uri,
    new_attempt,
    read_redirect,
)
from photobak.client.account.sign_in.loopback import Listener, NoPortFree
from photobak.client.account.tokens.interface import Tokens
from photobak.client.profile import Profile
from photobak.errors import PhotobakError
from photobak.platform.host import has_display
from photobak.platform.typed_lines import TypedLines, wait_readable

LIMIT = 300.0
"""Seconds that a person has to sign in; Cognito's sign-in page doesn't live longer either."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the person must know to sign in."""

    url: str
    """Where to sign in. It holds no secret that is of use to anybody else."""
    browser_opened: bool
    redirect_uri: str | None
    """Where the listener waits; None where no registered port is free, so that only pasting remains."""
    can_paste: bool
    """Whether the URL that the browser ends at can be pasted here."""


class Conversation(Protocol):
    """How the flow talks to the person."""

    def invite(self, invitation: Invitation) -> None:
        """Say where to sign in."""

    def not_accepted(self, reason: str) -> None:
        """Say that what was pasted is not the answer; another can be pasted."""


def sign_in_by_browser(
    profile: Profile,
    talk: Conversation,
    *,
    use_browser: bool,
    typed: TypedLines | None,
    fresh: bool = False,
    now: Clock = time.time,
    limit: float = LIMIT,
) -> Tokens:
    """Send the person to the hosted UI and wait for the answer, by the listener or by what is pasted.

    Args:
        profile: the cloud.
        talk: tells the person.
        use_browser: whether to open a browser here, where there is one.
        typed: the lines that the person types; None where nobody can type.
        fresh: whether the person must sign in even if the browser is signed in.
        now: the clock for tokens, in epoch seconds.
        limit: seconds to wait.

    Raises:
        SignInRefused: the person or Cognito said no, or nobody answered in time.
        GrantRefused, UntrustedToken: the answer was not this attempt's.
        CloudError: Cognito can't be reached.
    """
    with _listener() as listener:
        if listener is None and typed is None:
            raise SignInRefused(
                "the sign-in can't begin",
                why=f"the ports {', '.join(map(str, CALLBACK_PORTS))} are all taken on 127.0.0.1",
                next_step="Close what uses one of them, or type: photobak login --device",
            )
        attempt = new_attempt(listener.redirect_uri if listener else callback_uri(CALLBACK_PORTS[0]))
        with listener.serving(lambda target: read_redirect(target, attempt)) if listener else nullcontext():
            url = authorization_url(profile, attempt, fresh=fresh)
            opened = use_browser and listener is not None and _open(url)
            talk.invite(Invitation(url, opened, listener.redirect_uri if listener else None, typed is not None))
            redirect = _wait(listener, typed, attempt, talk, limit)
            return _redeem(profile, attempt, redirect, listener, now)


def browser_is_here(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a browser opened here would be seen by the person: a display, or ``$BROWSER``; not over SSH."""
    if environ.get("BROWSER"):
        return True
    if environ.get("SSH_CONNECTION"):
        return False
    return has_display(environ)


@contextmanager
def _listener() -> Iterator[Listener | None]:
    try:
        listener = Listener()
    except NoPortFree:
        yield None
        return
    try:
        yield listener
    finally:
        listener.close()


def _open(url: str) -> bool:
    import webbrowser

    try:
        return webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return False  # the person gets the URL instead


def _wait(
    listener: Listener | None, typed: TypedLines | None, attempt: Attempt, talk: Conversation, limit: float
) -> Redirect:
    """The redirect that answers the attempt, whichever way it comes first."""
    end = time.monotonic() + limit
    while (left := end - time.monotonic()) > 0 and (listener or typed):
        readable = wait_readable([source for source in (listener, typed) if source], left)
        if listener and listener.answer:
            return listener.answer
        if typed and typed in readable:
            pasted = _pasted(typed, attempt, talk)
            if pasted:
                return pasted
            if typed.ended:
                typed = None  # nothing more will be pasted; the listener goes on
    raise SignInRefused(
        "nobody has signed in", why=f"no answer within {limit / 60:g} minutes", next_step="Try again: photobak login"
    )


def _pasted(typed: TypedLines, attempt: Attempt, talk: Conversation) -> Redirect | None:
    for line in typed.read():
        try:
            return read_redirect(line, attempt)
        except NotThisAttempt as reason:
            talk.not_accepted(str(reason))
    return None


def _redeem(profile: Profile, attempt: Attempt, redirect: Redirect, listener: Listener | None, now: Clock) -> Tokens:
    """Redeem the code, and tell the browser that waits how it went."""
    try:
        if redirect.refusal:
            raise SignInRefused("the sign-in was refused", why=redirect.refusal, next_step="Try again: photobak login")
        tokens = redeem_code(
            profile,
            code=redirect.code,
            verifier=attempt.verifier,
            redirect_uri=attempt.redirect_uri,
            nonce=attempt.nonce,
            now=now,
        )
    except PhotobakError as error:
        if listener:
            listener.tell("Not signed in", str(error))
        raise
    if listener:
        listener.tell("Signed in", f"photobak is signed in as {tokens.email}. You can close this tab.")
    return tokens
