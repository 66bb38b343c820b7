"""Lambda entry point of ``POST /photos/repair/objects`` and ``POST /photos/repair/timeline``."""

import time
from functools import cache, partial
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Field

from photobak.cloud.environment import RepairEnvironment
from photobak.cloud.http.application import Application, answer
from photobak.cloud.http.requests import MonthName, RequestModel, Sha256, parse_body
from photobak.cloud.photos.describe import previews_of
from photobak.cloud.repair.objects import ObjectRepairer
from photobak.cloud.repair.timeline import TimelineRepairer
from photobak.cloud.store.connect import connect_dynamodb, connect_library, connect_posters, connect_s3
from photobak.cloud.store.months import MonthsTable
from photobak.cloud.store.photos import PhotosTable
from photobak.cloud.store.uploads import PostSigner
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST

MAX_MOTION_VIDEOS: Final = 20_000
"""Of a month, in one request; more than anybody takes Live Photos in a month."""

app = Application()


class DoubtedObject(RequestModel):
    """One photo whose objects may be lost or wrong."""

    sha256: Sha256
    bytes: bool = False
    """Whether to check the original's bytes even if its size is right."""


class ObjectsRequest(RequestModel):
    """The body of ``POST /photos/repair/objects``."""

    photos: Annotated[list[DoubtedObject], Field(min_length=1, max_length=MAX_PHOTOS_A_REQUEST)]


class TimelineRequest(RequestModel):
    """The body of ``POST /photos/repair/timeline``: one month."""

    month: MonthName
    motion_videos: Annotated[tuple[Sha256, ...], Field(max_length=MAX_MOTION_VIDEOS)] = ()
    """Its videos that belong to a Live Photo."""


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return app.resolve(event, context)


@app.post("/photos/repair/objects")
def repair_objects() -> Response[str]:
    """Restore originals and previews, and records that only the original can provide."""
    request = parse_body(ObjectsRequest, app.body())
    doubts = {photo.sha256: photo.bytes for photo in request.photos}
    return answer({"photos": _repairer().repair(app.caller(), doubts)})


@app.post("/photos/repair/timeline")
def repair_timeline() -> Response[str]:
    """Make a month of the timeline anew."""
    request = parse_body(TimelineRequest, app.body())
    environment = RepairEnvironment.read()
    dynamodb = connect_dynamodb()
    months, photos = MonthsTable(dynamodb, environment.months_table), PhotosTable(dynamodb, environment.photos_table)
    TimelineRepairer(months, photos).repair(app.caller(), request.month, request.motion_videos)
    return answer({"month": request.month})


@cache
def _repairer() -> ObjectRepairer:
    environment = RepairEnvironment.read()
    return ObjectRepairer(
        library=connect_library(environment.photo_bucket, environment.photos_table, environment.contents_table),
        signer=PostSigner(connect_s3(), environment.temp_bucket),
        previewer=partial(previews_of, partial(connect_posters, environment.poster_function)),
        stopwatch=time.monotonic,
    )
