"""Lambda entry point of the device grant: requests to the two sides, their results to JSON and to pages."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any, Final

import urllib3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.shared.cookies import Cookie, SameSite
from aws_lambda_powertools.utilities.typing import LambdaContext

from photobak.cloud.device import pages
from photobak.cloud.device.browser import COOKIE_SECONDS, Browser, cookie_name, known_browser, new_browser
from photobak.cloud.device.hosted_ui import HostedUi
from photobak.cloud.device.machine import MachineSide, OAuthError
from photobak.cloud.device.person import CodeRefused, NotConfirmed, PersonSide, SignInFailed, TooManyTries
from photobak.cloud.environment import DeviceEnvironment
from photobak.cloud.http.form import BadForm, read_fields, read_form
from photobak.cloud.store.connect import connect_dynamodb
from photobak.cloud.store.device_grants import DeviceGrants

logger = Logger()
app = APIGatewayHttpResolver()

_MAX_CODE: Final = 20  # as typed, spaces and all; the form's maxlength
_NO_PROOF: Final = "This page has been open for too long, or your browser blocks cookies"
_MACHINE_PATHS: Final = ("/device/code", "/device/token")


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return app.resolve(event, context)


@app.post("/device/code")
def begin() -> Response[str]:
    """The device authorization endpoint (RFC 8628, 3.1)."""
    return _json(HTTPStatus.OK, _machine().begin(_form(), _address()))


@app.post("/device/token")
def token() -> Response[str]:
    """The token endpoint, for this one grant type (RFC 8628, 3.4)."""
    return _json(HTTPStatus.OK, _machine().token(_form()))


@app.get("/device")
def show_form() -> Response[str]:
    """The verification URI (RFC 8628, 3.3): asks for the code."""
    browser = _browser() or new_browser()
    typed = app.current_event.query_string_parameters.get("user_code", "")
    return _page(pages.enter_page(_own("/device"), browser, user_code=typed[:_MAX_CODE]), browser=browser)


@app.post("/device")
def take_form() -> Response[str]:
    """Take the code, and then the decision."""
    form, browser = _form(), _browser()
    typed, decision = form.get("user_code", ""), form.get("decision", "")
    if browser is None or not browser.sent(form.get("proof", "")):
        return _ask_again(HTTPStatus.BAD_REQUEST, typed, _NO_PROOF)
    try:
        user_code, grant = _person().find(typed, _address())
        if decision == "no":
            _person().deny(grant)
            return _page(pages.message_page("Denied", "The device is not signed in. You can close this page."))
    except CodeRefused as refused:
        return _ask_again(HTTPStatus.BAD_REQUEST, typed, refused.what)
    except TooManyTries as refused:
        return _ask_again(HTTPStatus.TOO_MANY_REQUESTS, typed, refused.what)
    if decision == "yes":
        return _redirect(_person().confirm(grant, browser))
    page = pages.confirm_page(_own("/device"), browser, user_code, grant, address=_address(), now=_now())
    return _page(page)


@app.get("/device/callback")
def come_back() -> Response[str]:
    """Where the hosted UI sends the browser in the end (RFC 6749, 4.1.2)."""
    query = read_fields(app.current_event.raw_query_string)
    try:
        _person().come_back(query, _browser())
    except NotConfirmed as refused:
        return _page(pages.message_page("Not signed in", f"{refused.what}."), HTTPStatus.BAD_REQUEST)
    except SignInFailed as refused:
        return _page(pages.message_page("Not signed in", refused.what), HTTPStatus.FORBIDDEN)
    return _page(
        pages.message_page("Signed in", "Your device will be signed in within seconds. You can close this page.")
    )


@app.exception_handler(OAuthError)  # type: ignore[untyped-decorator]  # so Powertools declares it
def _answer_oauth_error(error: OAuthError) -> Response[str]:
    return _oauth_error(HTTPStatus.BAD_REQUEST, error.error, error.description)


@app.exception_handler(BadForm)  # type: ignore[untyped-decorator]
def _answer_bad_form(error: BadForm) -> Response[str]:
    text = f"The request is malformed: {error}."
    if app.current_event.path in _MACHINE_PATHS:
        return _oauth_error(HTTPStatus.BAD_REQUEST, "invalid_request", text)
    return _page(pages.message_page("Not signed in", text), HTTPStatus.BAD_REQUEST)


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def _answer_failure(_error: Exception) -> Response[str]:
    # The edge: the log has the failure with its traceback, and the answer none of it.
    logger.exception("A request failed")
    text = "The cloud failed to answer. Try again in a moment."
    if app.current_event.path in _MACHINE_PATHS:
        return _oauth_error(HTTPStatus.INTERNAL_SERVER_ERROR, "server_error", text)
    return _page(pages.message_page("Not signed in", text), HTTPStatus.INTERNAL_SERVER_ERROR)


def _form() -> Mapping[str, str]:
    event = app.current_event
    return read_form(event.headers.get("content-type", ""), event.body, is_base64=bool(event.is_base64_encoded))


def _address() -> str:
    # The address that the gateway itself sees; anybody can write an X-Forwarded-For.
    return app.current_event.request_context.http.source_ip


def _browser() -> Browser | None:
    event = app.current_event
    # Payload format 2.0 moves cookies out of the headers; the local stack leaves them there.
    pairs = [*event.cookies, *event.headers.get("cookie", "").split(";")]
    return known_browser(pairs, cookie_name(_environment().api_url))


def _ask_again(status: HTTPStatus, typed: str, problem: str) -> Response[str]:
    browser = _browser() or new_browser()
    page = pages.enter_page(_own("/device"), browser, user_code=typed[:_MAX_CODE], problem=problem)
    return _page(page, status, browser=browser)


def _oauth_error(status: HTTPStatus, error: str, description: str) -> Response[str]:
    return _json(status, {"error": error, "error_description": description})  # RFC 6749, 5.2


def _json(status: HTTPStatus, body: Mapping[str, Any]) -> Response[str]:
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749, 5.1
    return Response(status.value, "application/json", json.dumps(body), headers=headers)


def _page(body: str, status: HTTPStatus = HTTPStatus.OK, *, browser: Browser | None = None) -> Response[str]:
    cookies = [_cookie(browser)] if browser else []
    return Response(status.value, "text/html; charset=utf-8", body, headers=_page_headers(), cookies=cookies)


def _redirect(url: str) -> Response[str]:
    headers = {"Location": url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(HTTPStatus.SEE_OTHER.value, "text/plain", "", headers=headers)


def _page_headers() -> dict[str, str]:
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": pages.content_security_policy(_hosted_ui().origin),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def _cookie(browser: Browser) -> Cookie:
    api_url = _environment().api_url
    return Cookie(
        name=cookie_name(api_url),
        value=browser.key,
        path="/",
        secure=api_url.startswith("https://"),
        http_only=True,
        max_age=COOKIE_SECONDS,
        same_site=SameSite.LAX_MODE,  # not Strict: the return from the hosted UI begins at another site
    )


def _own(path: str) -> str:
    return f"{_environment().api_url}{path}"


@cache
def _environment() -> DeviceEnvironment:
    return DeviceEnvironment.read()


@cache
def _hosted_ui() -> HostedUi:
    environment = _environment()
    return HostedUi(environment.hosted_ui_url, environment.client_id, _own("/device/callback"), urllib3.PoolManager())


@cache
def _grants() -> DeviceGrants:
    return DeviceGrants(connect_dynamodb(), _environment().device_grants_table)


@cache
def _machine() -> MachineSide:
    return MachineSide(_grants(), _hosted_ui(), _own("/device"), _now)


@cache
def _person() -> PersonSide:
    return PersonSide(_grants(), _hosted_ui(), _now)


def _now() -> datetime:
    return datetime.now(UTC)
