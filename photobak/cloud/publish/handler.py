"""Lambda entry point: a batch of the stream of table ``Photos`` in, its messages out to the listeners."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from photobak.cloud.environment import PublishEnvironment
from photobak.cloud.photos.fan_out import FanOut
from photobak.cloud.publish.changes import changes_of, expired_of
from photobak.cloud.publish.timeline import TimelineKeeper, record_changes
from photobak.cloud.store.changes import ChangesTable
from photobak.cloud.store.connect import connect_connections, connect_dynamodb
from photobak.cloud.store.contents import ContentsTable
from photobak.cloud.store.months import MonthsTable
from photobak.cloud.store.photos import PhotosTable
from photobak.cloud.store.topics import Topic, TopicsTable
from photobak.photo.topic import PHOTOS


def handle(event: dict[str, Any], _context: LambdaContext) -> None:
    """Publish the changes of one batch; if that fails, Lambda delivers the batch again, and then its halves."""
    for identity_id, sha256 in expired_of(event["Records"]):
        _contents().forget(identity_id, sha256, _now())
    # The timeline first: a client that is told of a photo finds it there.
    for identity_id, records in record_changes(event["Records"]).items():
        _timelines().apply(identity_id, records)
    for identity_id, changes in changes_of(event["Records"]).items():
        # First the feed, then the listeners: a client that subscribes in between gets each change from one of them.
        _changes().add(identity_id, changes, _now())
        _fan_out().deliver(Topic(identity_id, PHOTOS), [each.text for each in changes])


@cache
def _contents() -> ContentsTable:
    return ContentsTable(connect_dynamodb(), PublishEnvironment.read().contents_table)


@cache
def _timelines() -> TimelineKeeper:
    environment = PublishEnvironment.read()
    months = MonthsTable(connect_dynamodb(), environment.months_table)
    return TimelineKeeper(months, PhotosTable(connect_dynamodb(), environment.photos_table), _contents())


@cache
def _fan_out() -> FanOut:
    environment = PublishEnvironment.read()
    return FanOut(
        TopicsTable(connect_dynamodb(), environment.topics_table),
        connect_connections(environment.connections_url),
        clock=_now,
    )


@cache
def _changes() -> ChangesTable:
    return ChangesTable(connect_dynamodb(), PublishEnvironment.read().changes_table)


def _now() -> datetime:
    return datetime.now(UTC)
