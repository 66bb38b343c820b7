"""Lambda entry point of ``POST /photos/repair/objects``, ``/photos/repair/timeline`` and ``/photos/repair/albums``."""

import time
from decimal import Decimal
from functools import cache, partial
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Field

from photobak.cloud.environment import RepairEnvironment
from photobak.cloud.http.application import Application, answer
from photobak.cloud.http.requests import AlbumId, MonthName, RequestModel, Sha256, SortKey, parse_body
from photobak.cloud.photos.describe import previews_of
from photobak.cloud.repair.albums import AlbumRepairer
from photobak.cloud.repair.objects import ObjectRepairer
from photobak.cloud.repair.timeline import TimelineRepairer
from photobak.cloud.store.album_index import Place
from photobak.cloud.store.connect import connect_dynamodb, connect_library, connect_posters, connect_s3
from photobak.cloud.store.library import Library
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


class DoubtedPlace(RequestModel):
    """One photo that may be missing in the index of an album, or be there by mistake."""

    sha256: Sha256
    timestamp: SortKey
    """The sort key of its record."""


class AlbumRequest(RequestModel):
    """The body of ``POST /photos/repair/albums``: one album."""

    id: AlbumId
    photos: Annotated[tuple[DoubtedPlace, ...], Field(max_length=MAX_PHOTOS_A_REQUEST)] = ()
    whole: bool = False
    """Whether the index has all photos of the album after this request."""


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


@app.post("/photos/repair/albums")
def repair_album() -> Response[str]:
    """Make the index of an album agree with the records."""
    request, caller = parse_body(AlbumRequest, app.body()), app.caller()
    places = [Place(caller, request.id, Decimal(each.timestamp), each.sha256) for each in request.photos]
    return answer({"photos": AlbumRepairer(_library()).repair(caller, request.id, places, request.whole)})


@cache
def _library() -> Library:
    environment = RepairEnvironment.read()
    return connect_library(
        environment.photo_bucket, environment.photos_table, environment.contents_table, environment.albums_table
    )


@cache
def _repairer() -> ObjectRepairer:
    environment = RepairEnvironment.read()
    return ObjectRepairer(
        library=_library(),
        signer=PostSigner(connect_s3(), environment.temp_bucket),
        previewer=partial(previews_of, partial(connect_posters, environment.poster_function)),
        stopwatch=time.monotonic,
    )
