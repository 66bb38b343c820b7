"""Lambda entry point of ``POST /photos/restore`` and ``POST /photos/repair/records``."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from photobak.cloud.environment import UndeleteEnvironment
from photobak.cloud.http.application import Application, answer
from photobak.cloud.http.models import PhotosRequest, RecordsRequest, parse_body
from photobak.cloud.store.connect import connect_library
from photobak.cloud.store.library import Library
from photobak.cloud.undelete.records import RecordRepairer
from photobak.cloud.undelete.trash_exit import TrashExit

app = Application()


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return app.resolve(event, context)


@app.post("/photos/restore")
def restore_photos() -> Response[str]:
    """Take photos out of the trash."""
    request = parse_body(PhotosRequest, app.body())
    return answer({"photos": _exit().take_out(app.caller(), request.photos)})


@app.post("/photos/repair/records")
def repair_records() -> Response[str]:
    """Make the tables, and the JSON beside the photos, follow from each other."""
    request = parse_body(RecordsRequest, app.body())
    doubts = [photo.doubt() for photo in request.photos]
    return answer({"photos": _repairer().repair(app.caller(), doubts)})


@cache
def _library() -> Library:
    environment = UndeleteEnvironment.read()
    return connect_library(environment.photo_bucket, environment.photos_table, environment.contents_table)


@cache
def _repairer() -> RecordRepairer:
    return RecordRepairer(_library(), lambda: datetime.now(UTC))


@cache
def _exit() -> TrashExit:
    return TrashExit(_library())
