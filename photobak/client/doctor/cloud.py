"""Checks of the way to the cloud: clock, proxy, certificates, endpoint, sign-in, and what it allows."""

import os
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from photobak.client.account.session import WARN_BEFORE, Session
from photobak.client.account.tokens.choice import store_to_read
from photobak.client.doctor.check import Check, Wrong
from photobak.client.places import Places
from photobak.client.profile import Profile
from photobak.client.transport.answer import Answer
from photobak.client.transport.http import get
from photobak.client.upload.content import StatusReader
from photobak.platform.network import CA_VARIABLES, proxy_for, shown_proxy, ssl_context, trusted_certificates

TOLERATED_CLOCK: Final = 300.0
"""Seconds; AWS refuses requests whose time differs by more than 15 minutes, tokens sooner."""
_NOBODY: Final = "0" * 64
_PROXY_VARIABLES: Final = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")


def cloud_checks(places: Places, profile: Profile, session: Session) -> Iterator[Check]:
    """All of them, in the order in which a request needs them."""
    answers: list[Answer] = []

    def endpoint() -> str:
        answers.append(_reach(profile))
        return f"{urlsplit(profile.api_url).netloc} answers"

    yield Check("proxy", lambda: _proxy(profile), "unset " + " ".join(_PROXY_VARIABLES))
    yield Check("certificates", _certificates, "unset " + " ".join(CA_VARIABLES))
    yield Check("endpoint", endpoint, "photobak local up" if profile.is_local else "photobak deploy")
    yield Check("clock", lambda: clock(answers[0].headers.text("Date") if answers else "", time.time()))
    yield Check("keyring", lambda: _token_store(places, profile))
    yield Check("sign-in", lambda: _sign_in(session), login_only(session))
    yield Check("rights", lambda: _rights(session), "photobak selftest")


def login_only(session: Session) -> str:
    """The command that signs in: the last of the alternatives, which on a local stack asks nothing."""
    return session.login_command.rpartition("(or ")[2].rstrip(")")


def clock(date: str, now: float) -> str:
    """Whether the clock is right.

    Args:
        date: what the cloud takes for the time (RFC 9110, 6.6.1); "" if it did not answer.
        now: this machine's time, in Unix seconds.

    Raises:
        Wrong: it is not.
    """
    try:
        ahead = now - parsedate_to_datetime(date).timestamp()
    except ValueError:
        return "unknown, since the cloud did not say what time it is"
    if abs(ahead) > TOLERATED_CLOCK:
        side = "ahead" if ahead > 0 else "behind"
        raise Wrong(f"the clock is {abs(ahead) / 60:,.0f} minutes {side}", "sudo timedatectl set-ntp true")
    return "right"


def _reach(profile: Profile) -> Answer:
    """Any answer will do."""
    return get(f"{profile.api_url}/")


def _proxy(profile: Profile) -> str:
    proxy = proxy_for(profile.api_url)
    return f"requests go through {shown_proxy(proxy)}" if proxy else "none"


def _certificates() -> str:
    ssl_context()
    return f"trusted: {trusted_certificates() or 'those of the system'}"


def _token_store(places: Places, profile: Profile) -> str:
    store = store_to_read(places, profile, os.environ)
    store.read()
    return f"the sign-in is in {store.description}"


def _sign_in(session: Session) -> str:
    session.id_token()
    left = session.ends_at().timestamp() - time.time()
    if left < WARN_BEFORE.total_seconds():
        raise Wrong(f"the sign-in ends in {left / 86_400:.0f} days", login_only(session))
    return f"as {session.tokens.email}, until {session.ends_at().astimezone():%Y-%m-%d}"


def _rights(session: Session) -> str:
    """Read one item that does not exist: it needs credentials, the table, and the right to read it."""
    StatusReader(session).read([_NOBODY])
    return "your records can be read"
