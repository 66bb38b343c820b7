"""Lambda entry point: a batch of the photo table's stream in, its news out to the listeners."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from photobak.cloud.environment import PublishEnvironment
from photobak.cloud.photos.fan_out import FanOut
from photobak.cloud.publish.news import news_of
from photobak.cloud.store.connect import connect_connections, connect_dynamodb
from photobak.cloud.store.news import NewsTable
from photobak.cloud.store.topics import Topic, TopicsTable
from photobak.photo.topic import PHOTOS

logger = Logger()


def handle(event: dict[str, Any], _context: LambdaContext) -> None:
    """Tell the news of one batch; where that fails, Lambda gives the batch again, and then its halves."""
    for identity_id, news in news_of(event["Records"]).items():
        # First keep, then tell: who begins to listen in between hears it one way or the other.
        _news().remember(identity_id, news, _now())
        _fan_out().deliver(Topic(identity_id, PHOTOS), [each.text for each in news])


@cache
def _fan_out() -> FanOut:
    environment = PublishEnvironment.read()
    return FanOut(
        TopicsTable(connect_dynamodb(), environment.topics_table),
        connect_connections(environment.connections_url),
        clock=_now,
    )


@cache
def _news() -> NewsTable:
    return NewsTable(connect_dynamodb(), PublishEnvironment.read().news_table)


def _now() -> datetime:
    return datetime.now(UTC)
