"""Lambda entry point: a batch of the photo table's stream in, its news out to the listeners."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from photobak.cloud.environment import PublishEnvironment
from photobak.cloud.publish.fan_out import FanOut
from photobak.cloud.publish.news import news
from photobak.cloud.store.connect import connect_connections, connect_dynamodb
from photobak.cloud.store.topics import Topic, TopicsTable
from photobak.photo.topic import PHOTOS

logger = Logger()


def handle(event: dict[str, Any], _context: LambdaContext) -> None:
    """Tell the news of one batch; where that fails, Lambda gives the batch again, and then its halves."""
    for identity_id, texts in news(event["Records"]).items():
        _fan_out().deliver(Topic(identity_id, PHOTOS), texts)


@cache
def _fan_out() -> FanOut:
    environment = PublishEnvironment.read()
    return FanOut(
        TopicsTable(connect_dynamodb(), environment.topics_table),
        connect_connections(environment.connections_url),
        clock=lambda: datetime.now(UTC),
    )
