"""Lambda entry point of the WebSocket API: authorizes connections, answers messages, cleans up after disconnects."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.data_classes import APIGatewayWebSocketEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from photobak.cloud.environment import LiveEnvironment
from photobak.cloud.live.admission import Admission, NotAdmitted
from photobak.cloud.live.service import CatchUp, LiveService, Speaker
from photobak.cloud.photos.fan_out import FanOut
from photobak.cloud.store.changes import ChangesTable
from photobak.cloud.store.connect import connect_cognito_identity, connect_connections, connect_dynamodb
from photobak.cloud.store.tickets import TicketsTable
from photobak.cloud.store.topics import TopicsTable
from photobak.photo.topic import to_text

logger = Logger()


def handle(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer API Gateway, which calls first as authorizer, and then for each event of an admitted connection."""
    if event.get("type") == "REQUEST":
        return _admit(event)
    match event["requestContext"]["eventType"]:
        case "MESSAGE":
            return {"statusCode": 200, "body": _answer(event)}
        case "DISCONNECT":
            _topics().forget(event["requestContext"]["connectionId"])
    return {"statusCode": 200}


def _admit(event: dict[str, Any]) -> dict[str, Any]:
    """Answer as a REQUEST authorizer; the context of the answer comes with every later event of the connection."""
    request = APIGatewayWebSocketEvent(event)
    try:
        identity_id = _admission().identity_id(
            request.headers.get("Authorization"), request.query_string_parameters.get("ticket")
        )
    except NotAdmitted as refused:
        logger.info("A connection was refused", extra={"reason": str(refused)})
        return _verdict("nobody", "Deny", event["methodArn"])
    return _verdict(identity_id, "Allow", event["methodArn"])


def _verdict(principal: str, effect: str, arn: str) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": arn}
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"identityId": principal},
    }


def _answer(event: dict[str, Any]) -> str:
    context = event["requestContext"]
    speaker = Speaker(context["authorizer"]["identityId"], context["connectionId"])
    try:
        return to_text(_service().answer(speaker, event.get("body") or ""))
    except Exception:  # the edge: the log has it with its traceback, and the connection stays open
        logger.exception("A message failed")
        return to_text({"type": "error", "field": None, "detail": "The cloud failed to answer. Try again in a moment."})


@cache
def _admission() -> Admission:
    environment = LiveEnvironment.read()
    return Admission(
        cognito=connect_cognito_identity(),
        identity_pool_id=environment.identity_pool_id,
        login_provider=environment.login_provider,
        tickets=TicketsTable(connect_dynamodb(), environment.tickets_table),
        clock=_now,
    )


@cache
def _topics() -> TopicsTable:
    return TopicsTable(connect_dynamodb(), LiveEnvironment.read().topics_table)


@cache
def _service() -> LiveService:
    environment = LiveEnvironment.read()
    connections = connect_connections(environment.connections_url)
    return LiveService(
        topics=_topics(),
        fan_out=FanOut(_topics(), connections, _now),
        catch_up=CatchUp(ChangesTable(connect_dynamodb(), environment.changes_table), connections),
        clock=_now,
    )


def _now() -> datetime:
    return datetime.now(UTC)
