"""AWS clients for the Lambdas: made once a container, with the retries and time limits that suit them."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.credentials import Credentials

from photobak.cloud.store.album_index import AlbumsTable
from photobak.cloud.store.connections import Connections
from photobak.cloud.store.contents import ContentsTable
from photobak.cloud.store.library import Library
from photobak.cloud.store.objects import PhotoBucket
from photobak.cloud.store.photos import PhotosTable
from photobak.cloud.store.posters import Posters
from photobak.cloud.store.signed_urls import UrlSigner
from photobak.errors import ConfigError

if TYPE_CHECKING:
    from mypy_boto3_cognito_identity import CognitoIdentityClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

_PATIENCE = Config(
    connect_timeout=3, read_timeout=60, retries={"mode": "standard", "max_attempts": 5}, max_pool_connections=32
)
_ONCE = Config(retries={"mode": "standard", "max_attempts": 1})
"""A function that took too long would be called again, and take as long again."""


@cache
def connect_s3() -> "S3Client":
    """Connect to S3.

    SigV4 and virtual-host style are asked for by name: without, botocore signs POSTs with SigV2 at the global endpoint
    in some regions, which buckets of other regions refuse.
    """
    style = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    client: S3Client = _client("s3", config=_PATIENCE.merge(style))
    return client


@cache
def connect_dynamodb() -> "DynamoDBClient":
    """Connect to DynamoDB, which checks parameters itself: botocore's check is half of what a transaction costs."""
    client: DynamoDBClient = _client("dynamodb", config=_PATIENCE.merge(Config(parameter_validation=False)))
    return client


@cache
def connect_sqs() -> "SQSClient":
    """Connect to SQS."""
    client: SQSClient = _client("sqs", config=_PATIENCE)
    return client


@cache
def connect_posters(function: str) -> Posters:
    """Connect to the poster function; only a video needs it, and loads what it takes."""
    client: LambdaClient = _client("lambda", config=_PATIENCE.merge(_ONCE))
    return Posters(connect_s3(), client, function)


@cache
def connect_cognito_identity() -> "CognitoIdentityClient":
    """Connect to Cognito identity pools, whose GetId is a public call: it takes no signature."""
    client: CognitoIdentityClient = _client(
        "cognito-identity", config=_PATIENCE.merge(Config(signature_version=UNSIGNED))
    )
    return client


def connect_urls(photo_bucket: str, clock: Callable[[], datetime]) -> UrlSigner:
    """Connect to the photo bucket, to presign URLs of its objects."""
    return UrlSigner.of(connect_s3(), photo_bucket, _credentials, clock)


@cache
def connect_connections(url: str) -> Connections:
    """Connect to the connections of a WebSocket API.

    Args:
        url: the API's management endpoint.

    Raises:
        ConfigError: the function has no role.
    """
    return Connections(url, _credentials(), _session().get_config_variable("region"))


def _credentials() -> Credentials:
    credentials = _session().get_credentials()
    if credentials is None:
        raise ConfigError("the function has no credentials", next_step="Deploy the stack again.")
    return credentials


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


def _client(service: str, **options: Any) -> Any:
    """A client as boto3 makes it, without boto3: its import alone is a tenth of a cold start."""
    return _session().create_client(service, **options)


def connect_library(photo_bucket: str, photos_table: str, contents_table: str, albums_table: str) -> Library:
    """Connect to the stores of this stack."""
    dynamodb = connect_dynamodb()
    return Library(
        dynamodb=dynamodb,
        contents=ContentsTable(dynamodb, contents_table),
        photos=PhotosTable(dynamodb, photos_table),
        albums=AlbumsTable(dynamodb, albums_table),
        bucket=PhotoBucket(connect_s3(), photo_bucket),
    )
