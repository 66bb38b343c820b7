"""Sign-in on another device: this machine shows a code, and asks until it has been entered (RFC 8628, the client)."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from photobak.client.account.cognito import Clock, tokens_of_sign_in
from photobak.client.account.sign_in.authorization import SCOPES, SignInRefused
from photobak.client.account.tokens.interface import Tokens
from photobak.client.profile import Profile, url_problem
from photobak.client.transport.answer import Answer, Fields
from photobak.client.transport.errors import printable
from photobak.client.transport.http import post_form
from photobak.errors import CloudError
from photobak.platform.host import host_name

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"
SLOW_DOWN = 5
"""Seconds added to the interval each time we are told so (RFC 8628, 3.5)."""
_USER_CODE = re.compile(r"[A-Z0-9]{2,8}(-[A-Z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """The device authorization response (RFC 8628, 3.2)."""

    device_code: str = field(repr=False)
    """Secret: anyone who has it gets the tokens."""
    user_code: str
    """What the person enters; for one pair of eyes too."""
    verification_uri: str
    """Where the person enters it."""
    verification_uri_complete: str | None
    """The same with the code in it, for a QR code."""
    expires_in: int
    """Seconds."""
    interval: int
    """Seconds between two questions."""


def ask_device_code(profile: Profile) -> DeviceCode:
    """Begin: a code for this machine and one for the person.

    Raises:
        CloudError: the API can't be reached, has no device grant, or answers with nonsense.
    """
    from authlib.common.urls import url_encode

    form = url_encode([("client_id", profile.client_id), ("scope", " ".join(SCOPES)), ("device_name", host_name())])
    answer = post_form(f"{profile.api_url}/device/code", form)
    if answer.status != 200:
        raise _failed(answer, "this cloud gives no device code")
    return _parse(answer.json())


def wait_for_approval(
    profile: Profile,
    code: DeviceCode,
    *,
    now: Clock = time.time,
    monotonic: Clock = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Tokens:
    """Ask for the tokens at the interval we were given, until the person has approved (RFC 8628, 3.4 and 3.5).

    Raises:
        SignInRefused: the person said no, or the code has expired.
        UntrustedToken: the ID token isn't ours.
        CloudError: the API answers with nonsense.
    """
    from authlib.oauth2.rfc6749.parameters import prepare_token_request

    form = prepare_token_request(GRANT_TYPE, client_id=profile.client_id, device_code=code.device_code)
    end = monotonic() + code.expires_in
    interval = code.interval
    while monotonic() + interval < end:
        sleep(interval)
        try:
            answer = post_form(f"{profile.api_url}/device/token", form)
        except CloudError:
            interval *= 2  # "an exponential backoff" where the connection fails (RFC 8628, 3.5)
            continue
        if answer.status == 200:
            return tokens_of_sign_in(profile, answer.json(), nonce=None, now=now)
        error = answer.json().raw.get("error")
        if error == "slow_down" or answer.status == 429:  # the endpoint's word, or the gateway's before it
            interval += SLOW_DOWN
        elif error == "access_denied":
            raise SignInRefused("the sign-in was refused", why="on the other device")
        elif error == "expired_token":
            break
        elif error != "authorization_pending" and answer.status < 500:
            raise _failed(answer, "the device code can't be redeemed")
    minutes = f"{code.expires_in / 60:g} minutes"
    raise SignInRefused(
        "nobody has signed in",
        why=f"the code was good for {minutes}",
        next_step="Try again: photobak login --device",
    )


def _parse(found: Fields) -> DeviceCode:
    """What will be shown on a terminal is checked here: it comes from the network."""
    code = DeviceCode(
        device_code=found.text("device_code"),
        user_code=found.text("user_code"),
        verification_uri=found.text("verification_uri"),
        verification_uri_complete=found.text_or_none("verification_uri_complete"),
        expires_in=found.integer("expires_in"),
        interval=max(found.integer("interval", default=5), 1),
    )
    if not _USER_CODE.fullmatch(code.user_code) or url_problem(code.verification_uri):
        raise CloudError("the device code can't be used", why="its user code or URL can't be shown")
    complete = code.verification_uri_complete or ""
    same_page = complete.partition("?")[0] == code.verification_uri and complete.isprintable()
    return code if same_page else replace(code, verification_uri_complete=None)


def _failed(answer: Answer, what: str) -> CloudError:
    try:
        found = answer.json().raw
    except CloudError:
        found = {}
    said = found.get("error_description") or found.get("detail") or found.get("error") or ""
    return CloudError(what, why=f"HTTP {answer.status} {printable(said)}".rstrip())
