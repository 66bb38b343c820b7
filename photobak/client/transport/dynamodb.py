"""Asks DynamoDB over plain HTTP.

To make a client of botocore's takes several times as long as to read a page of records, and lists are what people wait
for (``python -m tests.bench.listing``).
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
"""

import json
import random
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from photobak.client.account.session import Session
from photobak.client.transport.aws_errors import refusal
from photobak.client.transport.http import Answer, post_signed
from photobak.client.transport.sigv4 import Keys, Service, signed_headers
from photobak.errors import CloudError

_VERSION: Final = "DynamoDB_20120810"
_TOO_MUCH: Final = frozenset({"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"})
_PAUSES: Final = (0.2, 0.8, 3.2)
"""Seconds at most before each further try, where DynamoDB has too much to do."""
_MAX_ANSWER: Final = 64 << 20
"""Bytes: BatchGetItem gives 16 MB of items at most, and JSON is longer than they are."""


class DynamoDb:
    """DynamoDB in the name of the signed-in person. Threads may share it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        profile = session.profile
        self._url = f"{profile.endpoint_url or f'https://dynamodb.{profile.region}.amazonaws.com'}/"

    def read(self, operation: str, request: Mapping[str, Any], *, what: str) -> dict[str, Any]:
        """Call an operation that changes nothing, and so may be called again where something is in the way.

        Args:
            operation: ``Query`` or ``BatchGetItem``.
            request: as DynamoDB's API reference has it.
            what: what can't be done where it is refused, for a person.

        Returns:
            The answer, as the API reference has it.

        Raises:
            CloudError: DynamoDB can't be reached, or refuses.
            SignInNeeded: the credentials are not accepted any more.
        """
        body = json.dumps(request).encode()
        for pause in (*_PAUSES, None):
            answer = post_signed(self._url, self._signed(operation, body), body, most=_MAX_ANSWER)
            if answer.status == HTTPStatus.OK:
                return answer.json()
            code, message = _problem(answer)
            if pause is None or code not in _TOO_MUCH:
                break
            time.sleep(random.uniform(0, pause))  # noqa: S311 - no secret
        raise refusal(what, code, message, answer.headers.get("Date"))

    def _signed(self, operation: str, body: bytes) -> dict[str, str]:
        """The headers of a request, with the signature that stands for the rest of it."""
        mine = self._session.aws_credentials()
        keys = Keys(mine.access_key_id, mine.secret_access_key, mine.session_token)
        headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"{_VERSION}.{operation}"}
        service = Service("dynamodb", self._session.profile.region)
        return signed_headers(keys, service, "POST", self._url, headers, body)


def _problem(answer: Answer) -> tuple[str, str]:
    """DynamoDB's name of what is wrong, without its namespace, and its words."""
    try:
        found = answer.json()
    except CloudError:
        return f"HTTP {answer.status}", ""
    code = str(found.get("__type") or f"HTTP {answer.status}").rpartition("#")[2]
    return code, str(found.get("message") or found.get("Message") or "")
