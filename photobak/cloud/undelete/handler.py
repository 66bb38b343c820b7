"""Lambda entry point of ``POST /photos/restore`` and ``POST /photos/repair/records``."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Field

from photobak.cloud.environment import UndeleteEnvironment
from photobak.cloud.http.application import Application, answer
from photobak.cloud.http.requests import PhotosRequest, RequestModel, Sha256, SortKey, parse_body
from photobak.cloud.photos.evidence import Doubt
from photobak.cloud.store.connect import connect_library
from photobak.cloud.store.library import Library
from photobak.cloud.undelete.records import RecordRepairer
from photobak.cloud.undelete.trash_exit import TrashExit
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST

app = Application()


class DoubtedRecord(RequestModel):
    """One photo whose records may be wrong."""

    sha256: Sha256
    timestamps: Annotated[tuple[SortKey, ...], Field(max_length=10)] = ()
    """Where records of it have been seen."""
    objects: bool = False
    """Whether objects of it are hidden that should not be, or the other way round."""

    def doubt(self) -> Doubt:
        """The same as a value."""
        return Doubt(self.sha256, tuple(map(Decimal, self.timestamps)), self.objects)


class RecordsRequest(RequestModel):
    """The body of ``POST /photos/repair/records``."""

    photos: Annotated[list[DoubtedRecord], Field(min_length=1, max_length=MAX_PHOTOS_A_REQUEST)]


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return app.resolve(event, context)


@app.post("/photos/restore")
def undelete_photos() -> Response[str]:
    """Take photos out of the trash."""
    request = parse_body(PhotosRequest, app.body())
    return answer({"photos": _exit().take_out(app.caller(), request.photos)})


@app.post("/photos/repair/records")
def repair_records() -> Response[str]:
    """Bring the tables and the record JSON in the bucket into agreement."""
    request = parse_body(RecordsRequest, app.body())
    doubts = [photo.doubt() for photo in request.photos]
    return answer({"photos": _repairer().repair(app.caller(), doubts)})


@cache
def _library() -> Library:
    environment = UndeleteEnvironment.read()
    return connect_library(
        environment.photo_bucket, environment.photos_table, environment.contents_table, environment.albums_table
    )


@cache
def _repairer() -> RecordRepairer:
    return RecordRepairer(_library(), _now)


@cache
def _exit() -> TrashExit:
    return TrashExit(_library(), _now)


def _now() -> datetime:
    return datetime.now(UTC)
