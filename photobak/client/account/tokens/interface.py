"""What is kept of a sign-in, and what a place to keep it must do."""

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in gave us. The access token isn't kept: nothing here uses it, so nobody can steal it."""

    id_token: str = field(repr=False)
    """Says who this is to the HTTP API and the identity pool; about an hour."""
    refresh_token: str = field(repr=False)
    """Gives new ID tokens until the sign-in ends."""
    expires_at: int
    """When the ID token ends, in epoch seconds (its ``exp``)."""
    signed_in_at: int
    """When the person signed in, in epoch seconds: rotation gives new refresh tokens but no new time (Cognito)."""
    subject: str
    """Who: the ``sub`` of the user pool."""
    email: str
    """Who, for people; the user name where the pool has no e-mail address."""


@dataclass(frozen=True, slots=True)
class AwsCredentials:
    """Temporary credentials of the signed-in person's role, from the identity pool."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires_at: int
    """In epoch seconds."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """All that is kept of one profile's sign-in, so that the next command needs no call to begin."""

    tokens: Tokens
    identity_id: str | None = None
    """The identity pool's id of this person, ``region:uuid``, once it has been asked for."""
    credentials: AwsCredentials | None = None

    def with_tokens(self, tokens: Tokens) -> "SignIn":
        """The same sign-in after a refresh; another person's keeps nothing of this one."""
        return replace(self, tokens=tokens) if tokens.subject == self.tokens.subject else SignIn(tokens)

    def to_json(self) -> bytes:
        """As a token store keeps it."""
        return json.dumps({"version": 1, **asdict(self)}).encode()

    @classmethod
    def from_json(cls, content: str | bytes) -> "SignIn":
        """Read what ``to_json`` wrote.

        Raises:
            ValueError: it is something else.
        """
        try:
            found: dict[str, Any] = json.loads(content)
            if found["version"] != 1:
                raise ValueError(f"version {found['version']}")
            credentials = found["credentials"]
            return cls(
                tokens=Tokens(**found["tokens"]),
                identity_id=found["identity_id"],
                credentials=AwsCredentials(**credentials) if credentials else None,
            )
        except (KeyError, TypeError) as error:
            # The cause's text would quote what was found, which may be a token.
            raise ValueError(f"it isn't a saved sign-in ({type(error).__name__})") from None


class TokenStore(Protocol):
    """A place to keep one profile's sign-in. Writers hold the profile's sign-in lock; readers need not."""

    @property
    def description(self) -> str:
        """What it is, to say to a person: ``the keyring (GNOME Keyring)``, ``the file …``."""

    def read(self) -> SignIn | None:
        """What is kept, or None.

        Raises:
            SignInNeeded: it can't be reached, or what it holds can't be used.
        """

    def write(self, sign_in: SignIn) -> None:
        """Keep ``sign_in`` instead of what was there; durable once this returns.

        Raises:
            ConfigError: it can't be written; what was there before still is.
        """

    def remove(self) -> None:
        """Keep nothing; nothing happens where nothing was kept."""
