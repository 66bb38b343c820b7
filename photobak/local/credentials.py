"""Who may use a local stack: its root keys, and the people who can sign in, each in a private file."""

import contextlib
import json
import os
import re
import secrets
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from photobak.errors import LocalStackError, WrongUsage
from photobak.local.home import Home
from photobak.local.values import REGION, LocalAccount
from photobak.platform.private_files import write_private

if TYPE_CHECKING:
    import boto3

OWNER: Final = "owner"
"""The account that ``up`` makes."""

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])?")
_DOMAIN: Final = "photobak.test"  # the pool wants e-mail addresses; RFC 2606 keeps .test free of real ones
_PASSWORD_BYTES: Final = 24
_PREFIX: Final = "account-"
_ROOT_FILE: Final = "root.json"


@dataclass(frozen=True, slots=True)
class RootKeys:
    """What opens everything in a local stack; random, and its owner's alone."""

    access_key_id: str
    secret_access_key: str = field(repr=False)


def root_keys(home: Home) -> RootKeys:
    """Read a stack's root keys; make them where there are none yet.

    Raises:
        LocalStackError: the file is not what was written.
    """
    file = home.secrets / _ROOT_FILE
    if not file.exists():
        keys = RootKeys(f"AKIA{secrets.token_hex(8).upper()}", secrets.token_urlsafe(30))
        write_private(file, json.dumps(asdict(keys)).encode())
        return keys
    try:
        return RootKeys(**json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        next_step = "Start afresh with: photobak local reset"
        raise LocalStackError(f"the root keys in {file} can't be read", next_step=next_step) from error


@cache  # a session reads AWS's models anew, which takes longer than most of what is asked with it
def root_session(keys: RootKeys) -> "boto3.Session":
    """A session as root of the local stack: no profile, no shared files and no proxy of the user's has a say in it."""
    import boto3
    import botocore.session
    from botocore.config import Config
    from botocore.configprovider import ConstantProvider

    core = botocore.session.Session()
    settings = core.get_component("config_store")
    for name, value in (("profile", None), ("config_file", os.devnull), ("credentials_file", os.devnull)):
        settings.set_config_provider(name, ConstantProvider(value))
    core.set_default_client_config(Config(proxies={}, retries={"total_max_attempts": 2}))
    return boto3.Session(
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        region_name=REGION,
        botocore_session=core,
    )


def ensure_account(home: Home, session: "boto3.Session", endpoint_url: str, pool_id: str, name: str) -> LocalAccount:
    """Make an account that can sign in, or return it where it is there.

    Args:
        home: where the password file goes.
        session: the root session.
        endpoint_url: the local stack's URL.
        pool_id: the user pool.
        name: lower-case letters, digits, and ``.``, ``_``, ``-`` inside; at most 32 characters.

    Raises:
        WrongUsage: the name can't be one.
        LocalStackError: the account's file can't be read.
    """
    if _NAME.fullmatch(name) is None:
        next_step = "Use up to 32 lower-case letters, digits, dots, dashes and underscores."
        raise WrongUsage(f"{name!r} can't be an account's name", next_step=next_step)
    account = next((account for account in accounts(home) if account.name == name), None)
    if account is None:
        account = LocalAccount(name, f"{name}@{_DOMAIN}", secrets.token_urlsafe(_PASSWORD_BYTES))
        # Before the user exists: a password that is set and not kept could not be had again.
        write_private(home.secrets / f"{_PREFIX}{name}.json", json.dumps(asdict(account)).encode())
    _ensure_user(session, endpoint_url, pool_id, account)
    return account


def accounts(home: Home) -> tuple[LocalAccount, ...]:
    """Everyone with an account, the owner first, then by name.

    Raises:
        LocalStackError: a file is not what was written.
    """
    found = []
    for file in home.secrets.glob(f"{_PREFIX}*.json"):
        try:
            found.append(LocalAccount(**json.loads(file.read_text(encoding="utf-8"))))
        except (ValueError, TypeError) as error:
            next_step = f"Remove it; the next `photobak local up` makes a new password: rm {file}"
            raise LocalStackError(f"the account in {file} can't be read", next_step=next_step) from error
    return tuple(sorted(found, key=lambda account: (account.name != OWNER, account.name)))


def _ensure_user(session: "boto3.Session", endpoint_url: str, pool_id: str, account: LocalAccount) -> None:
    cognito = session.client("cognito-idp", endpoint_url=endpoint_url)
    # Where the user is there, the password is set all the same: it may be the step that was cut off last time.
    with contextlib.suppress(cognito.exceptions.UsernameExistsException):
        cognito.admin_create_user(
            UserPoolId=pool_id,
            Username=account.username,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": account.username},
                {"Name": "email_verified", "Value": "true"},
            ],
        )
    cognito.admin_set_user_password(
        UserPoolId=pool_id, Username=account.username, Password=account.password, Permanent=True
    )
