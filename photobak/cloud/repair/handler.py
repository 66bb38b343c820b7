"""Lambda entry point of ``POST /photos/repair/objects``, the one repair that needs photos' bytes."""

import time
from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Field

from photobak.cloud.environment import RepairEnvironment
from photobak.cloud.http.application import Application, answer
from photobak.cloud.http.requests import RequestModel, Sha256, parse_body
from photobak.cloud.photos.describe import PreviewMaker
from photobak.cloud.repair.objects import ObjectRepairer
from photobak.cloud.store.connect import connect_library, connect_posters, connect_s3
from photobak.cloud.store.uploads import PostSigner
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST

app = Application()


class DoubtedObject(RequestModel):
    """One photo whose objects may be lost or wrong."""

    sha256: Sha256
    bytes: bool = False
    """Whether to check the original's bytes even if its size is right."""


class ObjectsRequest(RequestModel):
    """The body of ``POST /photos/repair/objects``."""

    photos: Annotated[list[DoubtedObject], Field(min_length=1, max_length=MAX_PHOTOS_A_REQUEST)]


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return app.resolve(event, context)


@app.post("/photos/repair/objects")
def repair_objects() -> Response[str]:
    """Restore originals and previews, and records that only the original can provide."""
    request = parse_body(ObjectsRequest, app.body())
    doubts = {photo.sha256: photo.bytes for photo in request.photos}
    return answer({"photos": _repairer().repair(app.caller(), doubts)})


@cache
def _repairer() -> ObjectRepairer:
    environment = RepairEnvironment.read()
    return ObjectRepairer(
        library=connect_library(environment.photo_bucket, environment.photos_table, environment.contents_table),
        signer=PostSigner(connect_s3(), environment.temp_bucket),
        previewer=PreviewMaker(lambda: connect_posters(environment.poster_function)),
        stopwatch=time.monotonic,
    )
