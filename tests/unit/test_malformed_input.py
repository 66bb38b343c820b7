"""Whatever comes in at a door of the cloud, the answer is a 4xx problem or a skip with its reason: never a crash."""

import base64
import contextlib
import dataclasses
import json
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.handlers import ENVIRONMENT
from support.strategies import records

from photobak.cloud.api import handler as api
from photobak.cloud.device import handler as device
from photobak.cloud.device.machine import GRANT_TYPE
from photobak.cloud.http.application import Application
from photobak.cloud.http.form import FORM_TYPE
from photobak.cloud.http.problem import Problem
from photobak.cloud.process.queue import MalformedEvent, UploadEvent, upload_events
from photobak.cloud.publish.changes import changes_of
from photobak.cloud.repair import handler as repair
from photobak.cloud.store.device_grants import DeviceGrants
from photobak.cloud.undelete import handler as undelete
from photobak.photo.record import InvalidRecord, Record

CONTEXT: Any = SimpleNamespace(function_name="f", memory_limit_in_mb=1, invoked_function_arn="a", aws_request_id="r")

ROUTES = {
    "POST /prep/photoupload": api,
    "DELETE /photos": api,
    "POST /photos/describe": api,
    "GET /albums": api,
    "POST /albums": api,
    "PATCH /albums": api,
    "DELETE /albums": api,
    "POST /albums/photos": api,
    "POST /photos/redate": api,
    "GET /list/photos": api,
    "POST /ws/ticket": api,
    "POST /photos/restore": undelete,
    "POST /photos/repair/records": undelete,
    "POST /photos/repair/objects": repair,
}
DEVICE_ROUTES = ("POST /device/code", "POST /device/token", "GET /device", "POST /device", "GET /device/callback")

FIELDS = (
    "photos",
    "sha256",
    "kind",
    "size",
    "taken_at",
    "timestamps",
    "objects",
    "bytes",
    "sources",
    "before",
    "limit",
)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("0" * 64)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), inner),
    max_leaves=12,
)
bodies = st.one_of(
    st.none(),
    st.text(max_size=60),
    values.map(json.dumps),
    st.lists(values, max_size=3).map(lambda photos: json.dumps({"photos": photos})),
    st.binary(max_size=60).map(lambda data: base64.b64encode(data).decode()),
    st.just("[" * 10_000),
)
FORM_FIELDS = (
    "user_code",
    "client_id",
    "device_code",
    "grant_type",
    "scope",
    "proof",
    "decision",
    "state",
    "code",
    "error",
)
form_values = st.text(max_size=20) | st.sampled_from(["client", GRANT_TYPE, "openid", "yes", "WDJB-MJHT"])
fields = st.dictionaries(st.sampled_from(FORM_FIELDS), form_values)
notifications = st.fixed_dictionaries(
    {"Records": st.lists(values | st.fixed_dictionaries({"s3": values | st.fixed_dictionaries({"bucket": values})}))}
)
streamed = st.fixed_dictionaries({"dynamodb": values | st.fixed_dictionaries({"NewImage": values})})
queries = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), st.text(max_size=20), max_size=3)


def event(route: str, body: str | None, query: dict[str, str], *, is_base64: bool, **headers: str) -> dict[str, Any]:
    """A request in payload format 2.0."""
    method, _, path = route.partition(" ")
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "&".join(f"{name}={value}" for name, value in query.items()),
        "queryStringParameters": query,
        "headers": headers,
        "body": body,
        "isBase64Encoded": is_base64,
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "192.0.2.1"},
            "stage": "$default",
            "domainName": "api.example",
        },
    }


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def nobody(_self: Application) -> str:
    """So far comes what is sound, and needs no AWS."""
    raise Problem(HTTPStatus.UNAUTHORIZED, "nobody")


@pytest.mark.parametrize("route", ROUTES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(body=bodies, query=queries, is_base64=st.booleans())
def test_every_route_answers_nonsense_with_a_problem(
    route: str, body: str | None, query: dict[str, str], is_base64: bool
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Application, "caller", nobody)
        answer = ROUTES[route].handle(event(route, body, query, is_base64=is_base64), CONTEXT)
    assert 400 <= answer["statusCode"] < 500, answer
    assert "application/problem+json" in str(answer)
    assert json.loads(answer["body"])["detail"]


@pytest.mark.parametrize("route", DEVICE_ROUTES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(
    body=bodies | fields.map(urlencode),
    query=queries | fields,
    is_base64=st.booleans(),
    content_type=st.sampled_from(["", FORM_TYPE, f"{FORM_TYPE}; charset=utf-8", "application/json"]),
    cookie=st.text(max_size=60),
)
def test_every_route_of_the_device_grant_answers_nonsense(
    route: str, body: str | None, query: dict[str, str], is_base64: bool, content_type: str, cookie: str
) -> None:
    headers = {"content-type": content_type, "cookie": cookie}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(DeviceGrants, "get", lambda _self, _id: None)
        patched.setattr(DeviceGrants, "by_user_code", lambda _self, _id: None)
        patched.setattr(DeviceGrants, "take_try", lambda *_arguments: True)
        patched.setattr(DeviceGrants, "add", lambda *_arguments: None)
        answer = device.handle(event(route, body, query, is_base64=is_base64, **headers), CONTEXT)
    assert answer["statusCode"] < 500, answer
    if answer["statusCode"] == 200:
        assert route in ("GET /device", "POST /device/code")


@given(st.one_of(st.text(max_size=60), values.map(json.dumps), notifications.map(json.dumps), st.just("[" * 10_000)))
def test_a_message_of_the_queue_is_read_or_malformed(body: str) -> None:
    with contextlib.suppress(MalformedEvent):
        assert all(isinstance(each, UploadEvent) for each in upload_events(body))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=30)
@given(st.lists(values | streamed, max_size=3), records())
def test_a_change_that_cant_be_read_takes_no_other_along(odd: list[Any], record: Record) -> None:
    sound = {"dynamodb": {"NewImage": record.to_item(), "SequenceNumber": "7"}}
    found = changes_of([*odd, sound, *odd])
    assert [each.sequence for each in found[record.username]] == ["7".zfill(40)]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(values | st.dictionaries(st.sampled_from([field.name for field in dataclasses.fields(Record)]), values))
def test_an_item_is_a_record_or_illegible(item: Any) -> None:
    for read in (Record.from_item, Record.from_json):
        with pytest.raises(InvalidRecord):
            read(item)
