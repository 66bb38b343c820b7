"""Writes many items of one table, as few at a time as DynamoDB takes, and as slowly as it asks for."""

import random
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_AT_ONCE: Final = 25  # BatchWriteItem takes no more
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 2.0


def write_all(dynamodb: "DynamoDBClient", table: str, requests: Sequence[Any]) -> None:
    """Carry out put and delete requests.

    What DynamoDB leaves out because it is throttled is asked for again after random pauses that grow (API reference,
    "BatchWriteItem"), for as long as the function may run.

    Raises:
        ClientError: they can't be carried out.
    """
    for start in range(0, len(requests), _AT_ONCE):
        left: Any = {table: requests[start : start + _AT_ONCE]}
        pause = _FIRST_PAUSE
        while left := dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems"):
            time.sleep(random.uniform(0, pause))  # noqa: S311 - no secret
            pause = min(2 * pause, _LONGEST_PAUSE)
