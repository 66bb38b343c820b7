"""People who can sign in to the local stack: a Cognito user each, with a random password in a file of their own."""

import contextlib
import json
import re
import secrets
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from photobak.errors import LocalStackError, WrongUsage
from photobak.local.home import Home
from photobak.local.values import LocalAccount
from photobak.platform.private_files import write_private

if TYPE_CHECKING:
    import boto3

OWNER: Final = "owner"
"""The account that ``up`` makes."""

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])?")
_DOMAIN: Final = "photobak.test"  # the pool wants e-mail addresses; RFC 2606 keeps .test free of real ones
_PASSWORD_BYTES: Final = 24
_PREFIX: Final = "account-"


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
