"""A profile's session: ID token, identity id and AWS credentials that are always good for some minutes more.

What is kept (``tokens/``) is read once; as long as it is good, nothing goes over the network and no lock is taken. A
renewal happens under a lock that all processes share, after reading again what another one may have just renewed.
What speaks to the network is imported when it is needed: `photobak status` never does.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, overload

from photobak.client.account.tokens.choice import store_to_read, store_to_write
from photobak.client.account.tokens.file import FileStore
from photobak.client.account.tokens.interface import AwsCredentials, SignIn, Tokens, TokenStore
from photobak.client.places import Places
from photobak.client.profile import Profile, default_profile_name
from photobak.errors import CloudError, ConfigError, RunLocked, SignInNeeded, WrongUsage
from photobak.platform.private_files import private_folder

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from photobak.client.account.cognito import Clock
    from photobak.client.transport.curl import Credentials

MARGIN = 300
"""Seconds that a token or credentials must still be good for; covers a clock that differs by as much."""
WARN_BEFORE = timedelta(days=14)
"""How long before a sign-in ends people are told."""
LOCK_LIMIT = 120.0
"""Seconds to wait for another process's renewal, whose requests are limited themselves."""


class Session:
    """One profile's sign-in. Threads may share it."""

    def __init__(self, profile: Profile, places: Places, store: TokenStore, now: "Clock" = time.time) -> None:
        self.profile = profile
        self._places = places
        self._store = store
        self._now = now
        self._known: SignIn | None = None
        self._guard = threading.RLock()

    @property
    def tokens(self) -> Tokens:
        """What is kept, as it is: perhaps no longer good.

        Raises:
            SignInNeeded: nobody is signed in, or the token store can't be reached.
        """
        return self._current().tokens

    @property
    def kept_in(self) -> str:
        """Where the sign-in is kept, for people."""
        return self._store.description

    @property
    def login_command(self) -> str:
        """What to type to sign in again."""
        return login_command(self._places, self.profile)

    def read_again(self) -> None:
        """Use what is kept now: the person has just signed in again."""
        with self._guard:
            self._known = None

    def id_token(self) -> str:
        """An ID token that is good for five minutes more.

        Raises:
            SignInNeeded: nobody is signed in, or the sign-in has ended or was revoked.
            CloudError: it had to be renewed, and Cognito can't be reached.
        """
        return self._with(self._fresh_tokens, self._renew_tokens).tokens.id_token

    @property
    def identity_id(self) -> str:
        """The identity pool's id of the signed-in person, which begins all their keys.

        Raises:
            SignInNeeded, CloudError: as ``id_token``.
        """
        found = self._with(lambda kept: kept.identity_id is not None, self._ask_identity).identity_id
        assert found is not None  # noqa: S101 - _ask_identity has just set it
        return found

    def aws_credentials(self, margin: int = MARGIN) -> AwsCredentials:
        """AWS credentials that are good for ``margin`` seconds more.

        Raises:
            SignInNeeded, CloudError: as ``id_token``.
        """

        def good(kept: SignIn) -> bool:
            return kept.credentials is not None and kept.credentials.expires_at - self._now() > margin

        found = self._with(good, self._ask_credentials).credentials
        assert found is not None  # noqa: S101 - _ask_credentials has just set it
        return found

    def credentials(self) -> "Credentials":
        """AWS credentials, as requests are signed with them; raises as ``id_token``."""
        from photobak.client.transport.curl import Credentials

        found = self.aws_credentials()
        return Credentials(found.access_key_id, found.secret_access_key, found.session_token)

    @overload
    def client(self, service: Literal["s3"]) -> "S3Client": ...
    @overload
    def client(self, service: Literal["dynamodb"]) -> "DynamoDBClient": ...
    def client(self, service: Literal["s3", "dynamodb"]) -> "S3Client | DynamoDBClient":
        """An AWS client whose credentials renew themselves, however long a sync takes. Threads may share it.

        Raises:
            SignInNeeded, CloudError: as ``id_token``; from any of its calls too.
        """
        from photobak.client.account.credentials import BOTO_MARGIN, aws_session, client_config

        session = aws_session(self.profile, lambda: self.aws_credentials(BOTO_MARGIN))
        config = client_config(self.profile)
        client: S3Client | DynamoDBClient = session.create_client(  # type: ignore[assignment]  # botocore's stubs know no services
            service, endpoint_url=self.profile.endpoint_url, config=config
        )
        return client

    def ends_at(self) -> datetime:
        """When the person must sign in again, whatever is renewed until then.

        Raises:
            SignInNeeded: nobody is signed in.
        """
        return self._end_of(self.tokens)

    def warning(self) -> str:
        """What to tell the person where the sign-in ends within a fortnight; "" where it doesn't.

        Raises:
            SignInNeeded: nobody is signed in.
        """
        left = self.ends_at() - datetime.fromtimestamp(self._now(), UTC)
        if left > WARN_BEFORE:
            return ""
        days = max(left.days, 0)
        when = "today" if days == 0 else f"in {days} day{'s' * (days > 1)}"
        return f"The sign-in of profile {self.profile.name} ends {when}. Renew it: {self.login_command}"

    def forget_credentials(self) -> None:
        """Ask for new AWS credentials when they are next needed: a local stack that starts anew knows no old ones.

        Raises:
            SignInNeeded: nobody is signed in.
        """
        with self._guard, self._locked():
            self._keep(replace(self._read(), credentials=None))

    def sign_out(self) -> bool:
        """Revoke the sign-in, then keep nothing of it; returns whether anybody was signed in.

        Raises:
            CloudError: it couldn't be revoked; it isn't kept any longer all the same.
        """
        with self._locked():
            try:
                kept = self._store.read()
            except SignInNeeded:
                kept = None  # what can't be read can't be revoked; it can still be removed
            try:
                if kept is not None:
                    self._revoke(kept.tokens)
            finally:
                self._store.remove()
                self._known = None
        return kept is not None

    def _with(self, good: Callable[[SignIn], bool], renew: Callable[[SignIn], SignIn]) -> SignIn:
        """What is kept, where it is ``good``; else what another process has kept since; else renewed, and kept."""
        with self._guard:
            kept = self._current()
            if good(kept):
                return kept
            with self._locked():
                self._known = kept = self._read()
                if not good(kept):
                    self._keep(renew(kept))
            return self._current()

    def _current(self) -> SignIn:
        with self._guard:
            if self._known is None:
                self._known = self._read()
            return self._known

    def _read(self) -> SignIn:
        found = self._store.read()
        if found is None:
            raise self._needed("nobody is signed in", "")
        return found

    def _keep(self, sign_in: SignIn) -> SignIn:
        """Durably first, then in use: a rotated refresh token that were lost would end the sign-in."""
        self._store.write(sign_in)
        self._known = sign_in
        return sign_in

    def _fresh_tokens(self, kept: SignIn) -> bool:
        return kept.tokens.expires_at - self._now() > MARGIN

    def _renew_tokens(self, kept: SignIn) -> SignIn:
        from photobak.client.account import cognito

        try:
            return kept.with_tokens(cognito.refresh(self.profile, kept.tokens, now=self._now))
        except cognito.GrantRefused as refused:
            reason = "it has ended, was revoked, or was copied from another machine (each signs in for itself)"
            raise self._needed(f"the sign-in of {kept.tokens.email} is over", reason) from refused

    def _ask_identity(self, kept: SignIn) -> SignIn:
        return self._asked(kept, lambda now: replace(now, identity_id=self._identity(now)))

    def _ask_credentials(self, kept: SignIn) -> SignIn:
        from photobak.client.account import cognito

        def ask(now: SignIn) -> SignIn:
            identity = now.identity_id or self._identity(now)
            credentials = cognito.aws_credentials(self.profile, identity, now.tokens.id_token)
            return replace(now, identity_id=identity, credentials=credentials)

        return self._asked(kept, ask)

    def _identity(self, kept: SignIn) -> str:
        from photobak.client.account import cognito

        return cognito.identity_id(self.profile, kept.tokens.id_token)

    def _asked(self, kept: SignIn, ask: Callable[[SignIn], SignIn]) -> SignIn:
        """Ask the identity pool with a fresh token; where it refuses one that looks good, with a newer one, once."""
        from photobak.client.account import cognito

        if not self._fresh_tokens(kept):
            return ask(self._keep(self._renew_tokens(kept)))
        try:
            return ask(kept)
        except cognito.LoginRefused:
            return ask(self._keep(self._renew_tokens(kept)))

    def _revoke(self, tokens: Tokens) -> None:
        from photobak.client.account import cognito

        try:
            cognito.revoke(self.profile, tokens.refresh_token)
        except CloudError as error:
            raise CloudError(
                "the sign-in is forgotten here, but couldn't be revoked in the cloud",
                why=str(error),
                next_step=f"A copy of it would stay valid until {self._end_of(tokens):%Y-%m-%d}",
            ) from error

    def _end_of(self, tokens: Tokens) -> datetime:
        return datetime.fromtimestamp(tokens.signed_in_at, UTC) + timedelta(days=self.profile.refresh_token_days)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with sign_in_lock(self._places, self.profile):
            yield

    def _needed(self, what: str, why: str) -> SignInNeeded:
        return SignInNeeded(what, why=why or f"profile {self.profile.name}", next_step=f"Type: {self.login_command}")


def open_session(profile: Profile, places: Places, environ: Mapping[str, str] = os.environ) -> Session:
    """The session of ``profile``. Nothing is asked of anybody until it is used.

    Raises:
        ConfigError: ``$PHOTOBAK_TOKEN_STORE`` can't be obeyed.
    """
    return Session(profile, places, store_to_read(places, profile, environ))


def keep_sign_in(profile: Profile, places: Places, environ: Mapping[str, str], tokens: Tokens) -> str:
    """Keep a new sign-in of ``profile``, in place of what was there.

    Returns:
        What to tell the person about where it is kept; "" where that needs no word.

    Raises:
        WrongUsage: the profile is signed in as somebody else (on AWS; a local stack's people come and go with it).
        ConfigError: it can't be kept.
    """
    store, word = store_to_write(places, profile, environ)
    with sign_in_lock(places, profile):
        if not profile.is_local:
            _require_same_person(profile, places, environ, tokens)
        store.write(SignIn(tokens))
        file = FileStore.of(places, profile.name)
        if store != file:
            file.remove()  # the file is looked at first: an old sign-in there would hide this one
    return word


def _require_same_person(profile: Profile, places: Places, environ: Mapping[str, str], tokens: Tokens) -> None:
    """One profile, one person: their photos must not land in another's library, by mistake or by a trick."""
    try:
        before = store_to_read(places, profile, environ).read()
    except SignInNeeded:
        return  # what can't be read belongs to nobody
    if before is None or before.tokens.subject == tokens.subject:
        return
    from photobak.client.account import cognito

    with suppress(CloudError):  # it ends by itself; what matters is that it isn't used
        cognito.revoke(profile, tokens.refresh_token)
    raise WrongUsage(
        f"profile {profile.name} is {before.tokens.email}'s, and this was {tokens.email}",
        next_step="To change the account, type photobak logout first; to have both, use another --profile",
    )


def login_command(places: Places, profile: Profile) -> str:
    """What to type to sign in to ``profile``."""
    try:
        default = default_profile_name(places) == profile.name
    except ConfigError:
        default = False
    command = "photobak login" if default else f"photobak --profile {profile.name} login"
    return f"{command} (or photobak local up)" if profile.is_local else command


@contextmanager
def sign_in_lock(places: Places, profile: Profile) -> Iterator[None]:
    """Hold the lock for changes of a profile's stored sign-in; the system frees it if the process dies.

    Raises:
        RunLocked: another process holds it for longer than its requests may take.
    """
    from filelock import FileLock, Timeout

    path = private_folder(places.state / "tokens") / f"{profile.name}.lock"
    lock = FileLock(path, timeout=LOCK_LIMIT, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise RunLocked(
            "another photobak is renewing this sign-in and doesn't finish",
            why=f"{path} has been locked for {LOCK_LIMIT:g} seconds",
            next_step="Look for it with: ps aux | grep photobak",
        ) from None
    try:
        yield
    finally:
        lock.release()
