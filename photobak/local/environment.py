"""The environment of the server: what MiniStack is told, and how much of this machine it may take."""

import os
from collections.abc import Mapping
from typing import Final

from photobak.local.home import Home
from photobak.local.keys import RootKeys
from photobak.local.values import HOST, REGION

_INHERITED: Final = ("HOME", "LANG", "LC_ALL", "LC_CTYPE", "PATH", "PYTHONPATH", "TZ", "VIRTUAL_ENV")
_LAMBDA_CONCURRENCY: Final = 6
"""Lambda workers at once, over all functions."""
_LAMBDA_IDLE_SECONDS: Final = 60
"""How long a worker that a burst needed stays after it; one a function stays for good."""
_SERVER_THREADS: Final = 32


def environment(home: Home, keys: RootKeys, port: int, outer: Mapping[str, str] = os.environ) -> dict[str, str]:
    """All of the server's environment: little of ours, so that no AWS variable or proxy of the user's reaches a Lambda.

    Args:
        home: where it stores.
        keys: its root keys; MiniStack takes them from here, so that they are in no command line.
        port: the port that it is reached on.
        outer: our own environment.
    """
    return {
        **{name: outer[name] for name in _INHERITED if name in outer},
        "TMPDIR": str(home.temporary),
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "MINISTACK_REGION": REGION,
        "AUTH": "true",  # signatures are verified, and IAM policies evaluated
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home.state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home.objects),
        "IOT_MTLS_ENABLED": "0",  # it and SFTP would listen on further ports
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",  # MiniStack removes containers that it takes for its own
        "LAMBDA_ACCOUNT_CONCURRENCY": str(_LAMBDA_CONCURRENCY),
        "LAMBDA_WARM_TTL_SECONDS": str(_LAMBDA_IDLE_SECONDS),
        "MINISTACK_WORKER_THREADS": str(_SERVER_THREADS),
        "MALLOC_ARENA_MAX": "2",  # glibc has a heap a thread otherwise, and they don't shrink
        "LOG_LEVEL": "WARNING",
    }
