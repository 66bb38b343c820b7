"""The device function as AWS calls it, where the local stack differs: cookies apart from headers, TLS, a domain."""

import base64
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from support.device_grant import FORM, TABLE, Sides

from photobak.cloud.device import handler
from photobak.cloud.store import connect
from photobak.local.credentials import root_keys
from photobak.local.home import Home
from photobak.local.values import REGION, LocalStack

API = "https://abc123.execute-api.us-east-1.amazonaws.com"
HOSTED_UI = "https://photobak-000000000000.auth.us-east-1.amazoncognito.com"

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(local_stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Calls the function with an event of payload format 2.0 (API Gateway Developer Guide, "Lambda proxy")."""
    keys = root_keys(Home.at(local_stack.home))
    variables = {
        "DEVICE_GRANTS_TABLE": TABLE,
        "CLIENT_ID": local_stack.outputs.client_id,
        "API_URL": API,
        "HOSTED_UI_URL": HOSTED_UI,
        "AWS_ENDPOINT_URL": local_stack.endpoint_url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    cached = (
        handler._environment,
        handler._hosted_ui,
        handler._grants,
        handler._machine,
        handler._person,
        connect.connect_dynamodb,
        connect._session,  # keeps the credentials that it has found
    )

    def call(method: str, fields: dict[str, str] | None = None, cookies: tuple[str, ...] = ()) -> dict[str, Any]:
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": f"{method} /device",
            "rawPath": "/device",
            "rawQueryString": "",
            "headers": FORM if fields else {},
            "requestContext": {
                "http": {"method": method, "path": "/device", "sourceIp": "203.0.113.77"},
                "stage": "$default",
            },
            "isBase64Encoded": bool(fields),
        }
        if fields:
            event["body"] = base64.b64encode(urlencode(fields).encode()).decode()
        if cookies:
            event["cookies"] = list(cookies)
        return handler.handle({**event}, None)  # type: ignore[arg-type]

    for function in cached:
        function.cache_clear()
    yield call
    for function in cached:
        function.cache_clear()


def test_a_browser_is_known_by_the_events_cookies_and_sent_to_the_domain(ask: Ask, local_stack: LocalStack) -> None:
    begun = Sides.of(local_stack).begin("203.0.113.77")
    shown = ask("GET")
    (cookie,) = shown["cookies"]
    attributes = {part.strip() for part in cookie.split(";")[1:]}
    assert cookie.startswith("__Host-photobak-device=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= attributes
    assert not [attribute for attribute in attributes if attribute.startswith("Domain")], "as __Host- asks"
    assert f"form-action 'self' {HOSTED_UI};" in shown["headers"]["Content-Security-Policy"]

    fields = {"user_code": begun["user_code"], "proof": shown["body"].split('name="proof" value="')[1][:64]}
    assert ask("POST", fields)["statusCode"] == 400, "without its cookie"
    sent = ("other=1", cookie.partition(";")[0])
    assert "the same as your browser&#x27;s" in ask("POST", fields, sent)["body"]
    there = ask("POST", {**fields, "decision": "yes"}, sent)
    assert there["statusCode"] == 303
    assert there["headers"]["Location"].startswith(f"{HOSTED_UI}/oauth2/authorize?")
    assert urlencode({"redirect_uri": f"{API}/device/callback"}) in there["headers"]["Location"]


def test_what_fails_in_the_cloud_is_a_page_without_details(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVICE_GRANTS_TABLE", "no-such-table")
    shown = ask("GET")
    fields = {"user_code": "WDJB-MJHT", "proof": shown["body"].split('name="proof" value="')[1][:64]}
    failed = ask("POST", fields, (shown["cookies"][0].partition(";")[0],))
    assert failed["statusCode"] == 500
    assert "The cloud failed to answer" in failed["body"]
    assert "no-such-table" not in failed["body"]
