"""The local account's sign-in: the program itself fills in the local stack's hosted UI form, as a browser would.

Nothing is bypassed: it is the same authorization request, the same form, the same code and PKCE as a person's.
"""

import time
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

from photobak.client.account.cognito import Clock, redeem_code
from photobak.client.account.sign_in.authorization import (
    CALLBACK_PORTS,
    NotThisAttempt,
    SignInRefused,
    authorization_url,
    callback_uri,
    new_attempt,
    read_redirect,
)
from photobak.client.account.tokens.interface import Tokens
from photobak.client.profile import Profile
from photobak.client.transport.http import get, post_form


def sign_in_local(profile: Profile, username: str, password: str, now: Clock = time.time) -> Tokens:
    """Sign in through the hosted UI's pages by name and password.

    Raises:
        SignInRefused: the name or the password is wrong, or the pages aren't those of the local stack.
        CloudError: the local stack doesn't answer.
    """
    attempt = new_attempt(callback_uri(CALLBACK_PORTS[0]))
    url = authorization_url(profile, attempt)
    page = get(url)
    form = HostedUiForm.of(page.body)
    if page.status != 200 or form.action is None:
        raise _refused(f"{page.url} shows no sign-in form (HTTP {page.status})")
    target = urljoin(url, form.action)
    if urlsplit(target).netloc != urlsplit(url).netloc:
        raise _refused("its form would send the password to another host")
    answer = post_form(target, urlencode({**form.fields, "username": username, "password": password}))
    if answer.status not in (302, 303):
        raise _refused(HostedUiForm.of(answer.body).error or f"HTTP {answer.status}")
    try:
        redirect = read_redirect(answer.headers.text("Location"), attempt)
    except NotThisAttempt as problem:
        raise _refused(f"the hosted UI's redirect can't be used: {problem}") from None
    if redirect.refusal:
        raise _refused(redirect.refusal)
    return redeem_code(
        profile,
        code=redirect.code,
        verifier=attempt.verifier,
        redirect_uri=attempt.redirect_uri,
        nonce=attempt.nonce,
        now=now,
    )


class HostedUiForm(HTMLParser):
    """The first form of a page: where it goes, its fields, and the page's error message."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.error = ""
        self._in_error = False

    @classmethod
    def of(cls, page: bytes) -> "HostedUiForm":
        """Read a page, which may be anything."""
        form = cls()
        form.feed(page.decode("utf-8", "replace"))
        return form

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See HTMLParser."""
        values = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = values.get("action") or ""
        elif tag == "input" and values.get("name"):
            self.fields[str(values["name"])] = values.get("value") or ""
        self._in_error = values.get("class") == "error"

    def handle_endtag(self, _tag: str) -> None:
        """See HTMLParser."""
        self._in_error = False

    def handle_data(self, data: str) -> None:
        """See HTMLParser."""
        if self._in_error:
            self.error += data.strip()


def _refused(why: str) -> SignInRefused:
    return SignInRefused("the local account can't sign in", why=why, next_step="Try: photobak local up")
