"""API Gateway's management API: says something to a connection, or ends it.

Spoken over plain HTTP with botocore's signature: a client of botocore's takes twice the CPU time for a post, and a
message to fifty listeners is fifty posts (``python -m tests.bench.live``).
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlsplit

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from photobak.errors import CloudError

AT_ONCE: Final = 16
"""Connections that are spoken to at the same time."""
TRIES: Final = 5
_PASSING: Final = (
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)
_PAUSE: Final = 0.25
"""Seconds; the first further try comes at once, then it doubles."""
_PATIENCE: Final = urllib3.Timeout(connect=2, read=5)  # seconds; the gateway itself waits for 29 s in all


class NotDelivered(CloudError):
    """API Gateway does not do it, also when asked again."""


class Connections:
    """The open connections of one WebSocket API. Threads may share it."""

    def __init__(self, url: str, credentials: Credentials, region: str, tries: int = TRIES) -> None:
        """Nothing is asked for yet.

        Args:
            url: the API's management endpoint.
            credentials: the function's own.
            region: where the API is.
            tries: how often a request is made that API Gateway throttles, or fails to answer.
        """
        self._url = url.rstrip("/")
        self._path = urlsplit(self._url).path
        self._credentials, self._region = credentials, region
        retries = urllib3.Retry(
            tries - 1,
            allowed_methods=None,
            status_forcelist=_PASSING,
            raise_on_status=False,
            respect_retry_after_header=False,
            backoff_factor=_PAUSE,
            backoff_jitter=_PAUSE,
        )
        self._pool = urllib3.connection_from_url(self._url, maxsize=AT_ONCE, timeout=_PATIENCE, retries=retries)

    def post(self, connection_id: str, text: str) -> bool:
        """Say something.

        Returns:
            False where the connection is gone.

        Raises:
            NotDelivered: it can't be said.
            urllib3.exceptions.HTTPError: API Gateway can't be reached.
        """
        return self._ask("POST", connection_id, text.encode())

    def end(self, connection_id: str) -> None:
        """End a connection; does nothing where it is gone.

        Raises:
            NotDelivered: it can't be ended.
            urllib3.exceptions.HTTPError: API Gateway can't be reached.
        """
        self._ask("DELETE", connection_id, b"")

    def _ask(self, method: str, connection_id: str, body: bytes) -> bool:
        place = f"/@connections/{quote(connection_id, safe='')}"
        request = AWSRequest(method, self._url + place, data=body)
        SigV4Auth(self._credentials, "execute-api", self._region).add_auth(request)
        answer = self._pool.urlopen(method, self._path + place, body, dict(request.headers.items()))
        if answer.status == HTTPStatus.GONE:
            return False
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise NotDelivered("a connection can't be spoken to", why=_reason(answer))
        return True


def _reason(answer: urllib3.BaseHTTPResponse) -> str:
    """API Gateway's name of what is wrong, without its namespace."""
    return answer.headers.get("x-amzn-ErrorType", f"HTTP {answer.status}").partition(":")[0]
