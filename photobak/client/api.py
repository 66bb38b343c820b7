"""Calls our own HTTP API in the name of the signed-in person."""

from http import HTTPStatus
from typing import Any

from photobak.client.http import Answer, printable, send_json
from photobak.client.session import Session
from photobak.errors import CloudError, SignInNeeded


def call(session: Session, route: str, content: object, *, method: str = "POST") -> dict[str, Any]:
    """Make a repeatable request.

    Args:
        session: who asks.
        route: path below the API's address, with its leading slash.
        content: the body.
        method: ``POST`` or ``DELETE``.

    Returns:
        The answer's JSON object.

    Raises:
        CloudError: the API can't be reached, or refuses the request; with its own words.
        SignInNeeded: the session is not accepted.
    """
    answer = send_json(method, session.profile.api_url + route, content, token=session.id_token())
    if answer.status == HTTPStatus.OK:
        return answer.json()
    if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise SignInNeeded(
            "the cloud doesn't accept this sign-in", why=_detail(answer), next_step="Type: photobak login"
        )
    raise CloudError(f"the cloud refuses the request {route}", why=_detail(answer))


def _detail(answer: Answer) -> str:
    """What the problem document says (RFC 9457), or the bare status."""
    try:
        detail = answer.json().get("detail")
    except CloudError:
        detail = None
    return printable(detail or f"HTTP {answer.status}")
