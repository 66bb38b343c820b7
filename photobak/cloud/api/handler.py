"""Lambda entry point of the HTTP API: routes to logic, values to answers, errors to problem documents."""

from datetime import UTC, datetime, timedelta
from functools import cache, partial
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from photobak.cloud.api.albums import Albums
from photobak.cloud.api.changes import Changes
from photobak.cloud.api.describe import Describer
from photobak.cloud.api.listing import Lister
from photobak.cloud.api.originals import OriginalLinks
from photobak.cloud.api.places import places_called
from photobak.cloud.api.prepare import Preparer
from photobak.cloud.api.redate import Redater
from photobak.cloud.api.requests import (
    AlbumIndexQuery,
    AlbumPhotos,
    ChangedAlbum,
    ChangesQuery,
    DeletedAlbum,
    DescribeRequest,
    ListQuery,
    NewAlbum,
    PlacesQuery,
    PrepRequest,
    RedateRequest,
    TimelineQuery,
    TrashRequest,
)
from photobak.cloud.api.step_up import StepUp
from photobak.cloud.api.timeline import Timeline
from photobak.cloud.api.trash import Trash
from photobak.cloud.environment import ApiEnvironment
from photobak.cloud.http.application import Application, answer
from photobak.cloud.http.problem import Problem
from photobak.cloud.http.requests import parse_body, parse_query
from photobak.cloud.store.albums import AlbumStore
from photobak.cloud.store.changes import ChangesTable
from photobak.cloud.store.connect import connect_dynamodb, connect_library, connect_s3, connect_urls
from photobak.cloud.store.library import Library
from photobak.cloud.store.limits import LimitsTable
from photobak.cloud.store.months import MonthsTable
from photobak.cloud.store.signed_urls import UrlSigner
from photobak.cloud.store.tickets import TICKET_SECONDS, TicketsTable
from photobak.cloud.store.uploads import PostSigner
from photobak.photo.identity import is_sha256
from photobak.photo.record import Status

logger = Logger()
app = Application()


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return app.resolve(event, context)


@app.post("/prep/photoupload")
def prepare_upload() -> Response[str]:
    """Announce up to a hundred photos."""
    request = parse_body(PrepRequest, app.body())
    announcements, caller = [photo.announcement() for photo in request.photos], _caller()
    allow_new_dates = partial(_step_up().require, caller, app.claims())
    return answer({"photos": _preparer().prepare(caller, announcements, allow_new_dates)})


@app.delete("/photos")
def trash_photos() -> Response[str]:
    """Put photos into the trash."""
    request = parse_body(TrashRequest, app.body())
    caller, photos = _caller(), list(dict.fromkeys(request.photos))
    _step_up().require(caller, app.claims(), len(photos))
    answers = _trash().put_in(caller, photos, request.device)
    trashed = sum(each["status"] == Status.TRASHED for each in answers)
    logger.info("Photos went into the trash", extra={"trashed": trashed, "identity": caller})  # an alarm counts them
    return answer({"photos": answers})


@app.post("/photos/redate")
def redate_photos() -> Response[str]:
    """Correct capture times."""
    request = parse_body(RedateRequest, app.body())
    times = {photo.sha256: photo.taken_at for photo in request.photos}
    caller = _caller()
    _step_up().require(caller, app.claims(), len(times))
    return answer({"photos": _redater().redate(caller, times)})


@app.post("/photos/describe")
def describe_photos() -> Response[str]:
    """Change what is said of photos."""
    request, caller = parse_body(DescribeRequest, app.body()), _caller()
    return answer({"photos": Describer(_library()).describe(caller, request.photos)})


@app.get("/albums")
def list_albums() -> Response[str]:
    """List albums by name."""
    caller = _caller()
    return answer({"albums": _albums().listed(caller)})


@app.post("/albums")
def create_album() -> Response[str]:
    """Make an album."""
    request, caller = parse_body(NewAlbum, app.body()), _caller()
    return answer(_albums().create(caller, request))


@app.patch("/albums")
def change_album() -> Response[str]:
    """Change an album's name, description or cover."""
    request, caller = parse_body(ChangedAlbum, app.body()), _caller()
    return answer(_albums().change(caller, request))


@app.delete("/albums")
def delete_album() -> Response[str]:
    """Delete an album, and no photo."""
    request, caller = parse_body(DeletedAlbum, app.body()), _caller()
    _albums().delete(caller, request.id)
    return answer({"id": request.id})


@app.post("/albums/photos")
def move_album_photos() -> Response[str]:
    """Put photos into an album, and take others out."""
    request, caller = parse_body(AlbumPhotos, app.body()), _caller()
    return answer({"photos": _albums().move(caller, request.id, request.add, request.remove)})


@app.get("/albums/photos")
def index_album() -> Response[str]:
    """List the ids of an album's photos, newest first."""
    query = parse_query(AlbumIndexQuery, app.current_event.query_string_parameters)
    return answer(_albums().index(_caller(), query))


@app.get("/list/photos")
def list_photos() -> Response[str]:
    """List photos, newest first."""
    query = parse_query(ListQuery, app.current_event.query_string_parameters)
    return answer(_lister().page(_caller(), query))


@app.get("/places")
def find_places() -> Response[str]:
    """Find the places that a name may mean."""
    _caller()
    return answer(places_called(parse_query(PlacesQuery, app.current_event.query_string_parameters).name))


@app.get("/changes")
def list_changes() -> Response[str]:
    """List what has changed since a client last asked."""
    query = parse_query(ChangesQuery, app.current_event.query_string_parameters)
    return answer(Changes(_changes()).since(_caller(), query.after))


@app.get("/timeline")
def show_timeline() -> Response[str]:
    """Tell how many photos each month has, and what shape they are."""
    query = parse_query(TimelineQuery, app.current_event.query_string_parameters)
    return answer(_timeline().overview(_caller(), query.month))


@app.get("/photos/<sha256>/original")
def link_original(sha256: str) -> Response[str]:
    """Give out short-lived URLs of an original."""
    if not is_sha256(sha256):
        raise Problem(HTTPStatus.NOT_FOUND, "This photo is not in your library.")
    return answer(_originals().links(_caller(), sha256))


@app.post("/ws/ticket")
def issue_ticket() -> Response[str]:
    """Issue a ticket for one WebSocket connection: browsers can't send the token with the handshake."""
    tickets = TicketsTable(connect_dynamodb(), ApiEnvironment.read().tickets_table)
    return answer({"ticket": tickets.issue(_caller(), _now()), "expires_in": TICKET_SECONDS})


def _caller() -> str:
    """The caller's identity id; when each sign-in was first seen is remembered, for the day of many deletions."""
    identity_id = app.caller()
    _step_up().note(app.claims())
    return identity_id


@cache
def _step_up() -> StepUp:
    return StepUp(LimitsTable(connect_dynamodb(), ApiEnvironment.read().limits_table), _now)


@cache
def _library() -> Library:
    environment = ApiEnvironment.read()
    return connect_library(
        environment.photo_bucket, environment.photos_table, environment.contents_table, environment.albums_table
    )


@cache
def _albums() -> Albums:
    return Albums(AlbumStore(connect_s3(), ApiEnvironment.read().photo_bucket), _library())


@cache
def _preparer() -> Preparer:
    environment = ApiEnvironment.read()
    return Preparer(
        library=_library(),
        signer=PostSigner(connect_s3(), environment.temp_bucket),
        max_upload_bytes=int(environment.max_upload_bytes),
        clock=_now,
    )


@cache
def _lister() -> Lister:
    return Lister(_library().photos, _library().albums, _timeline(), _urls())


@cache
def _timeline() -> Timeline:
    months = MonthsTable(connect_dynamodb(), ApiEnvironment.read().months_table)
    return Timeline(months, _library().photos, _library().contents, _changes())


@cache
def _changes() -> ChangesTable:
    return ChangesTable(connect_dynamodb(), ApiEnvironment.read().changes_table)


@cache
def _originals() -> OriginalLinks:
    return OriginalLinks(_library(), _urls())


@cache
def _urls() -> UrlSigner:
    return connect_urls(ApiEnvironment.read().photo_bucket, _now)


@cache
def _redater() -> Redater:
    return Redater(_library(), _now)


@cache
def _trash() -> Trash:
    return Trash(_library(), timedelta(days=int(ApiEnvironment.read().trash_days)), _now)


def _now() -> datetime:
    return datetime.now(UTC)
