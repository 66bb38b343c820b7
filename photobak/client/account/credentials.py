"""AWS clients and AWS tools that work with the signed-in person's temporary credentials."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from photobak.client.account.tokens.interface import AwsCredentials
from photobak.client.profile import Profile

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.session import Session as BotocoreSession

BOTO_MARGIN = 20 * 60
"""Seconds: botocore begins to renew a quarter of an hour before the end, so what it is given must last longer."""


def credential_process_json(credentials: AwsCredentials) -> str:
    """What the AWS SDKs and the AWS CLI expect of a ``credential_process``.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
    """
    return json.dumps({
        "Version": 1,
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
        "Expiration": _iso(credentials.expires_at),
    })  # fmt: skip


def aws_session(profile: Profile, current: Callable[[], AwsCredentials]) -> "BotocoreSession":
    """A session for one profile, whose clients ask ``current`` for new credentials before the old ones end.

    It knows nothing of the user's own AWS set-up: no ``AWS_PROFILE``, no keys or endpoints in the
    environment, no ``~/.aws``. It is botocore's: boto3's clients are the same, and its import takes twice as long.
    """
    import botocore.session
    from botocore.credentials import CredentialProvider, CredentialResolver, RefreshableCredentials

    def metadata() -> dict[str, str]:
        found = current()
        return {
            "access_key": found.access_key_id,
            "secret_key": found.secret_access_key,
            "token": found.session_token,
            "expiry_time": _iso(found.expires_at),
        }

    class SignedIn(CredentialProvider):  # botocore loads lazily, so its base class is known only here
        METHOD = CANONICAL_NAME = "photobak"

        def load(self) -> RefreshableCredentials:
            return RefreshableCredentials.create_from_metadata(metadata(), metadata, self.METHOD)

    def fixed(value: object) -> tuple[None, None, object, None]:
        """A setting of botocore that neither a file nor the environment changes."""
        return (None, None, value, None)

    core = botocore.session.Session(
        session_vars={
            "profile": fixed(None),
            "config_file": fixed(os.devnull),
            "credentials_file": fixed(os.devnull),
            "region": fixed(profile.region),
            "ignore_configured_endpoint_urls": fixed(True),
        }
    )
    core.register_component("credential_provider", CredentialResolver([SignedIn()]))
    return core


def client_config(profile: Profile) -> "Config":
    """Time limits, bounded retries, SigV4, and bucket names where the endpoint understands them."""
    from botocore.config import Config

    return Config(
        connect_timeout=5,
        read_timeout=60,
        retries={"mode": "standard", "total_max_attempts": 4},
        signature_version="s3v4",
        s3={"addressing_style": "path" if profile.is_local else "virtual"},
        max_pool_connections=32,
    )


def _iso(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
