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
    with mock_aws():
        client = _client()
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


@cache
def _client() -> Any:
    """Made once: that takes longer than a test."""
    keys: Any = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.client("dynamodb", region_name="eu-central-1", **keys)
