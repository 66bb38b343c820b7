"""Calls our own HTTP API in the name of the signed-in person."""

from http import HTTPStatus
from typing import Any, Final

from photobak.client.account.session import Session
from photobak.client.transport.clock import clock_error
from photobak.client.transport.http import Answer, printable, send_json
from photobak.errors import CloudError, SignInNeeded

_PATIENCE: Final = 180.0
"""Seconds for which a cloud that is asked too much is asked again."""
_LONGEST_PAUSE: Final = 20.0


class CloudFailed(CloudError):
    """The cloud could not carry out a request, although there is nothing wrong with it."""


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
    answer = _ask(session, route, content, method)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        answer = _ask_when_it_is_less_busy(session, route, content, method)
    if answer.status == HTTPStatus.OK:
        return answer.json()
    if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        what = "the cloud doesn't accept this sign-in"
        raise clock_error(what, answer.headers.get("Date")) or SignInNeeded(
            what, why=_detail(answer), next_step="Type: photobak login"
        )
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise CloudFailed(f"the cloud has failed on the request {route}", why=_detail(answer))
    raise CloudError(f"the cloud refuses the request {route}", why=_detail(answer))


def _ask(session: Session, route: str, content: object, method: str) -> Answer:
    return send_json(method, session.profile.api_url + route, content, token=session.id_token())


def _ask_when_it_is_less_busy(session: Session, route: str, content: object, method: str) -> Answer:
    """Ask again with jittered pauses: where a thousand machines begin at the same minute, each has its turn."""
    import tenacity

    return tenacity.Retrying(
        retry=tenacity.retry_if_result(lambda answer: answer.status == HTTPStatus.TOO_MANY_REQUESTS),
        wait=tenacity.wait_random_exponential(multiplier=1, max=_LONGEST_PAUSE),
        stop=tenacity.stop_after_delay(_PATIENCE),
        retry_error_callback=lambda state: state.outcome and state.outcome.result(),
    )(_ask, session, route, content, method)


def _detail(answer: Answer) -> str:
    """What the problem document says (RFC 9457), or the bare status."""
    try:
        detail = answer.json().get("detail")
    except CloudError:
        detail = None
    return printable(detail or f"HTTP {answer.status}")
