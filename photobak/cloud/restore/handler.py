"""Lambda entry point of ``POST /photos/restore``."""

from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from photobak.cloud.api.application import Application, answer
from photobak.cloud.api.models import PhotosRequest, parse_body
from photobak.cloud.environment import RestoreEnvironment
from photobak.cloud.restore.trash_exit import TrashExit
from photobak.cloud.store.connect import connect_library

app = Application()


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return app.resolve(event, context)


@app.post("/photos/restore")
def restore_photos() -> Response[str]:
    """Take photos out of the trash."""
    request = parse_body(PhotosRequest, app.body())
    return answer({"photos": _exit().take_out(app.caller(), request.photos)})


@cache
def _exit() -> TrashExit:
    environment = RestoreEnvironment.read()
    return TrashExit(connect_library(environment.photo_bucket, environment.photos_table, environment.contents_table))
