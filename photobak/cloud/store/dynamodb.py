"""What all tables share: batch writes that finish, and failed conditions told from other errors."""

import random
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BATCH_SIZE: Final = 25  # the limit of BatchWriteItem
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 2.0


def write_all(dynamodb: "DynamoDBClient", table: str, requests: Sequence[Any]) -> None:
    """Carry out put and delete requests in batches.

    Items that DynamoDB returns as unprocessed (it is throttling) are sent again after growing random pauses (API
    reference, "BatchWriteItem"), until the function itself times out.

    Raises:
        ClientError: DynamoDB refuses a batch.
    """
    for start in range(0, len(requests), _BATCH_SIZE):
        left: Any = {table: requests[start : start + _BATCH_SIZE]}
        pause = _FIRST_PAUSE
        while left := dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems"):
            time.sleep(random.uniform(0, pause))  # noqa: S311 - no secret
            pause = min(2 * pause, _LONGEST_PAUSE)


def raise_unless_condition_failed(error: ClientError) -> None:
    """Raise the error again unless it only says that a condition of the request did not hold."""
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        raise error
