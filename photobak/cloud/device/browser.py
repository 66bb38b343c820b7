"""The person's browser: a random cookie, and proofs made from it that a form or a redirect is this browser's own. Pure.

Without them another site could confirm in the person's name (CSRF), and a link to the hosted UI that somebody else
began could be sent to the person, who would never have seen which device asks.
"""

import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

COOKIE_SECONDS: Final = 3600

_KEY_BYTES: Final = 32
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Browser:
    """One browser, known by its cookie."""

    key: str = field(repr=False)
    """256 random bits, as the cookie carries them."""

    @property
    def form_proof(self) -> str:
        """A hidden field of each form that is shown to this browser."""
        return self._proof("form")

    def sent(self, form_proof: str) -> bool:
        """Tell whether a form was shown to this browser."""
        return same(form_proof, self.form_proof)

    def state_for(self, grant_id: str) -> str:
        """The OAuth state (RFC 6749, 10.12) for a grant that this browser has confirmed."""
        return f"{grant_id}.{self._proof(f'state {grant_id}')}"

    def grant_of(self, state: str) -> str | None:
        """The grant that a state speaks of, or None where this browser hasn't confirmed it."""
        grant_id, _, _ = state.partition(".")
        return grant_id if same(state, self.state_for(grant_id)) else None

    def _proof(self, purpose: str) -> str:
        return hmac.digest(self.key.encode(), purpose.encode(), "sha256").hex()


def new_browser() -> Browser:
    """A browser that is here for the first time."""
    return Browser(secrets.token_urlsafe(_KEY_BYTES))


def cookie_name(api_url: str) -> str:
    """The cookie's name. ``__Host-`` keeps neighbouring hosts from setting it (RFC 6265bis, 4.1.3.2); it needs TLS."""
    return "__Host-photobak-device" if api_url.startswith("https://") else "photobak-device"


def known_browser(cookies: Iterable[str], name: str) -> Browser | None:
    """The browser that the ``name=value`` pairs of a request belong to; None where it is here for the first time."""
    for pair in cookies:
        found, _, key = pair.strip().partition("=")
        if found == name and _KEY.fullmatch(key):
            return Browser(key)
    return None


def same(given: str, expected: str) -> bool:
    """Compare what a stranger sent with what is secret, in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())
