"""One DynamoDB table in this process, by moto: it evaluates conditions as DynamoDB does, and no network is used."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from moto import mock_aws


@contextmanager
def table(name: str) -> Iterator[Any]:
    """A client whose account has one empty table with the key ``id``."""
    client = _client()
    # Other tests of this process have moto servers and credentials of their own: nothing of theirs is reset.
    mock = mock_aws(config={"core": {"mock_credentials": False, "reset_boto3_session": False}})
    mock.start(reset=False)
    try:
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client
        client.delete_table(TableName=name)
    finally:
        mock.stop(remove_data=False)


@cache
def _client() -> Any:
    """Made once: that takes longer than a test."""
    keys: Any = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.client("dynamodb", region_name="eu-central-1", **keys)
