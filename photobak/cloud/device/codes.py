"""The codes of a grant, and what is derived from them, so that the table holds nothing that could be used. Pure."""

import base64
import hashlib
import hmac
import secrets
from typing import Final

ALPHABET: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so no words; no digits, so none that looks like a letter (RFC 8628, 6.1)."""
USER_CODE_LETTERS: Final = 8
"""34.5 bits; at five attempts each ten minutes, a guess succeeds once in five thousand million times."""

_DEVICE_CODE_BYTES: Final = 32
_VERIFIER: Final = b"photobak: the PKCE verifier of this device code"


def new_device_code() -> str:
    """256 random bits, for the machine only."""
    return secrets.token_urlsafe(_DEVICE_CODE_BYTES)


def new_user_code() -> str:
    """A code that a person types, such as ``WDJB-MJHT``."""
    return shown("".join(secrets.choice(ALPHABET) for _ in range(USER_CODE_LETTERS)))


def shown(letters: str) -> str:
    """The letters of a user code in two halves, as people read them."""
    half = USER_CODE_LETTERS // 2
    return f"{letters[:half]}-{letters[half:]}"


def read_user_code(typed: str) -> str | None:
    """Read a user code as typed, in any case, with any dashes and spaces; None if it can't be one."""
    letters = "".join(letter for letter in typed if letter.isalnum())
    if len(letters) != USER_CODE_LETTERS or not set(letters.upper()) <= set(ALPHABET):
        return None
    return shown(letters.upper())


def grant_id(device_code: str) -> str:
    """The grant's name in the table: it identifies the device code without revealing it."""
    return hashlib.sha256(device_code.encode(errors="surrogatepass")).hexdigest()


def user_code_id(user_code: str) -> str:
    """The user code's name in the table.

    A plain hash of 34.5 bits could be reversed in seconds. This one takes about 50 ms and 16 MiB a guess, so a reader
    of the table would need years of processor time within the ten minutes that a code lives.
    """
    return hashlib.scrypt(user_code.encode(), salt=b"photobak user code", n=2**14, r=8, p=1, dklen=32).hex()


def pkce_verifier(device_code: str) -> str:
    """The PKCE verifier (RFC 7636, 4.1) without which the grant's authorization code is worthless.

    It is derived from the device code, which only the waiting machine has.
    """
    return _base64url(hmac.digest(device_code.encode(errors="surrogatepass"), _VERIFIER, "sha256"))


def pkce_challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, 4.2)."""
    return _base64url(hashlib.sha256(verifier.encode()).digest())


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
