"""The person's browser: a random cookie, and proofs derived from it that a form or a redirect is its own. Pure.

Without them another site could approve a grant in the person's name (CSRF), or send the person a hosted-UI link that
somebody else began, so that the person would never see which device asks.
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
    """One browser, identified by its cookie."""

    key: str = field(repr=False)
    """256 random bits, as the cookie carries them."""

    @property
    def form_proof(self) -> str:
        """A hidden field of each form that this browser is given."""
        return self._proof("form")

    def sent(self, form_proof: str) -> bool:
        """Whether a form was given to this browser."""
        return same(form_proof, self.form_proof)

    def state_for(self, grant_id: str) -> str:
        """The OAuth state (RFC 6749, 10.12) for a grant that this browser has approved."""
        return f"{grant_id}.{self._proof(f'state {grant_id}')}"

    def grant_of(self, state: str) -> str | None:
        """The grant in a state; None if this browser has not approved it."""
        grant_id, _, _ = state.partition(".")
        return grant_id if same(state, self.state_for(grant_id)) else None

    def _proof(self, purpose: str) -> str:
        return hmac.digest(self.key.encode(), purpose.encode(), "sha256").hex()


def new_browser() -> Browser:
    """A browser that comes without a cookie."""
    return Browser(secrets.token_urlsafe(_KEY_BYTES))


def cookie_name(api_url: str) -> str:
    """The cookie's name. ``__Host-`` keeps sibling hosts from setting it (RFC 6265bis, 4.1.3.2); it needs TLS."""
    return "__Host-photobak-device" if api_url.startswith("https://") else "photobak-device"


def known_browser(cookies: Iterable[str], name: str) -> Browser | None:
    """The browser in the ``name=value`` pairs of a request; None without a valid cookie."""
    for pair in cookies:
        found, _, key = pair.strip().partition("=")
        if found == name and _KEY.fullmatch(key):
            return Browser(key)
    return None


def same(given: str, expected: str) -> bool:
    """Compare untrusted input with a secret, in constant time."""
    return hmac.compare_digest(given.encode(errors="surrogatepass"), expected.encode())
