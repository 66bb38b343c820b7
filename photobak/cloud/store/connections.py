"""API Gateway's management API: posts messages to WebSocket connections, and closes them.

It is called over plain HTTP with botocore's signature: a botocore client takes twice the CPU time for a post, and a
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

PARALLEL_POSTS: Final = 16
"""Connections that are posted to at the same time."""
TRIES: Final = 5
_TRANSIENT: Final = (
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)
_PAUSE: Final = 0.25
"""Seconds before the second retry, doubled for each further one; the first retry is immediate."""
_TIMEOUT: Final = urllib3.Timeout(connect=2, read=5)  # seconds; the gateway itself gives up after 29 s


class NotDelivered(CloudError):
    """API Gateway refused a request, after retries too."""


class Connections:
    """The open connections of one WebSocket API. Threads may share it."""

    def __init__(self, url: str, credentials: Credentials, region: str, tries: int = TRIES) -> None:
        """Prepare; nothing is requested yet.

        Args:
            url: the API's management endpoint.
            credentials: the function's own.
            region: the API's region.
            tries: attempts for a request that is throttled or fails transiently.
        """
        self._url = url.rstrip("/")
        self._path = urlsplit(self._url).path
        self._credentials, self._region = credentials, region
        retries = urllib3.Retry(
            tries - 1,
            allowed_methods=None,
            status_forcelist=_TRANSIENT,
            raise_on_status=False,
            respect_retry_after_header=False,
            backoff_factor=_PAUSE,
            backoff_jitter=_PAUSE,
        )
        self._pool = urllib3.connection_from_url(self._url, maxsize=PARALLEL_POSTS, timeout=_TIMEOUT, retries=retries)

    def post(self, connection_id: str, text: str) -> bool:
        """Post a message.

        Returns:
            False if the connection is gone.

        Raises:
            NotDelivered: API Gateway refuses it.
            urllib3.exceptions.HTTPError: API Gateway can't be reached.
        """
        return self._request("POST", connection_id, text.encode())

    def close(self, connection_id: str) -> None:
        """Close a connection, if it is still open.

        Raises:
            NotDelivered: API Gateway refuses.
            urllib3.exceptions.HTTPError: API Gateway can't be reached.
        """
        self._request("DELETE", connection_id, b"")

    def _request(self, method: str, connection_id: str, body: bytes) -> bool:
        path = f"/@connections/{quote(connection_id, safe='')}"
        request = AWSRequest(method, self._url + path, data=body)
        SigV4Auth(self._credentials, "execute-api", self._region).add_auth(request)
        answer = self._pool.urlopen(method, self._path + path, body, dict(request.headers.items()))
        if answer.status == HTTPStatus.GONE:
            return False
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise NotDelivered("a connection can't be posted to", why=_reason(answer))
        return True


def _reason(answer: urllib3.BaseHTTPResponse) -> str:
    """API Gateway's error code, without its namespace."""
    return answer.headers.get("x-amzn-ErrorType", f"HTTP {answer.status}").partition(":")[0]
