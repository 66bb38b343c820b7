"""Lambda entry point of the repair of objects: the one route that needs photos' bytes."""

import time
from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from photobak.cloud.environment import RepairEnvironment
from photobak.cloud.http.application import Application, answer
from photobak.cloud.http.models import ObjectsRequest, parse_body
from photobak.cloud.photos.mend import Mender
from photobak.cloud.photos.previews import previews_of
from photobak.cloud.store.connect import connect_library, connect_s3
from photobak.cloud.store.posts import PostSigner

app = Application()


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return app.resolve(event, context)


@app.post("/photos/repair/objects")
def repair_objects() -> Response[str]:
    """Bring back originals and previews, and records that only the original can tell."""
    request = parse_body(ObjectsRequest, app.body())
    doubts = {photo.sha256: photo.bytes for photo in request.photos}
    return answer({"photos": _mender().mend(app.caller(), doubts)})


@cache
def _mender() -> Mender:
    environment = RepairEnvironment.read()
    return Mender(
        library=connect_library(environment.photo_bucket, environment.photos_table, environment.contents_table),
        s3=connect_s3(),
        signer=PostSigner(connect_s3(), environment.temp_bucket),
        previewer=previews_of,
        stopwatch=time.monotonic,
    )
