"""The root keys of a local stack, and a boto3 session that uses them and nothing of the user's own AWS set-up."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from photobak.errors import LocalStackError
from photobak.local.home import Home
from photobak.local.values import REGION
from photobak.platform.private_files import write_private

if TYPE_CHECKING:
    import boto3

_FILE: Final = "root.json"


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
    file = home.secrets / _FILE
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
