"""Lambda entry point of the HTTP API: routes to logic, values to answers, errors to problems."""

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext

from photobak.cloud.api.caller import Callers
from photobak.cloud.api.listing import Lister
from photobak.cloud.api.models import ListQuery, PhotosRequest, PrepRequest, RedateRequest, parse_body, parse_query
from photobak.cloud.api.prepare import Preparer
from photobak.cloud.api.problem import Problem, problem_response
from photobak.cloud.api.redate import Redater
from photobak.cloud.api.trash import Trash
from photobak.cloud.environment import ApiEnvironment
from photobak.cloud.store.connect import connect_cognito_identity, connect_dynamodb, connect_library, connect_s3
from photobak.cloud.store.library import Library
from photobak.cloud.store.tickets import TICKET_SECONDS, TicketsTable

logger = Logger()
app = APIGatewayHttpResolver()


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return app.resolve(event, context)


@app.post("/prep/photoupload")
def prepare_upload() -> Response[str]:
    """Announce up to a hundred photos."""
    request = parse_body(PrepRequest, _body())
    announcements = [photo.announcement() for photo in request.photos]
    return _json({"photos": _preparer().prepare(_caller(), announcements)})


@app.delete("/photos")
def trash_photos() -> Response[str]:
    """Put photos into the trash."""
    request = parse_body(PhotosRequest, _body())
    return _json({"photos": _trash().put_in(_caller(), request.photos)})


@app.post("/photos/restore")
def restore_photos() -> Response[str]:
    """Take photos out of the trash."""
    request = parse_body(PhotosRequest, _body())
    return _json({"photos": _trash().take_out(_caller(), request.photos)})


@app.post("/photos/redate")
def redate_photos() -> Response[str]:
    """Correct capture times."""
    request = parse_body(RedateRequest, _body())
    wishes = {photo.sha256: photo.taken_at for photo in request.photos}
    return _json({"photos": _redater().redate(_caller(), wishes)})


@app.get("/list/photos")
def list_photos() -> Response[str]:
    """List photos, newest first."""
    query = parse_query(ListQuery, app.current_event.query_string_parameters)
    return _json(_lister().page(_caller(), query))


@app.post("/ws/ticket")
def give_ticket() -> Response[str]:
    """Give out a ticket for one WebSocket connection: browsers can't send the token with it."""
    tickets = TicketsTable(connect_dynamodb(), ApiEnvironment.read().tickets_table)
    return _json({"ticket": tickets.issue(_caller(), _now()), "expires_in": TICKET_SECONDS})


@app.exception_handler(Problem)  # type: ignore[untyped-decorator]  # so Powertools declares it
def _tell(problem: Problem) -> Response[str]:
    return problem_response(problem.status, problem.detail)


@app.not_found
def _tell_not_found(_error: NotFoundError) -> Response[str]:
    return problem_response(HTTPStatus.NOT_FOUND, "There is nothing at this address.")


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def _tell_failure(_error: Exception) -> Response[str]:
    # The edge: whatever failed is in the log with its traceback, and none of it in the answer.
    logger.exception("A request failed")
    return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, "Something failed in the cloud. Try again in a moment.")


def _json(body: object) -> Response[str]:
    return Response(status_code=HTTPStatus.OK.value, content_type="application/json", body=json.dumps(body))


def _body() -> bytes:
    """The body's bytes: what is no text comes in Base64 (API Gateway developer guide, payload format 2.0)."""
    body = app.current_event.body or ""
    return base64.b64decode(body) if app.current_event.is_base64_encoded else body.encode()


def _caller() -> str:
    return _callers().identity_id(app.current_event)


@cache
def _callers() -> Callers:
    environment = ApiEnvironment.read()
    return Callers(connect_cognito_identity(), environment.identity_pool_id, environment.login_provider)


@cache
def _library() -> Library:
    environment = ApiEnvironment.read()
    return connect_library(environment.photo_bucket, environment.photos_table, environment.contents_table)


@cache
def _preparer() -> Preparer:
    environment = ApiEnvironment.read()
    return Preparer(
        library=_library(),
        s3=connect_s3(),
        temp_bucket=environment.temp_bucket,
        max_upload_bytes=int(environment.max_upload_bytes),
        clock=_now,
    )


@cache
def _lister() -> Lister:
    return Lister(_library().photos, connect_s3(), ApiEnvironment.read().photo_bucket)


@cache
def _redater() -> Redater:
    return Redater(_library(), _now)


@cache
def _trash() -> Trash:
    return Trash(_library(), timedelta(days=int(ApiEnvironment.read().trash_days)), _now)


def _now() -> datetime:
    return datetime.now(UTC)
