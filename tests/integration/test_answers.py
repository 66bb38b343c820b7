"""Whatever the cloud answers, or something before it: a value, or an error that names the field; never a traceback."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.issuer import Issuer
from support.known_files import known_file
from support.records import record

from photobak.client.account import cognito
from photobak.client.account.api import ask_of_photos
from photobak.client.account.session import Session
from photobak.client.account.sign_in.device import ask_device_code, wait_for_approval
from photobak.client.account.tokens.file import FileStore
from photobak.client.account.tokens.interface import AwsCredentials, SignIn
from photobak.client.files.candidate import Candidate
from photobak.client.index.index import Index
from photobak.client.library.library import Library
from photobak.client.library.redate import ShiftBy, corrected, redate
from photobak.client.library.trash import put_into_trash
from photobak.client.places import places
from photobak.client.repair.calls import RepairCalls
from photobak.client.repair.judge import Suspect
from photobak.client.upload.announce import Announcer
from photobak.client.upload.content import Content, StatusReader
from photobak.client.verify.cloud_facts import OwnRows
from photobak.client.verify.judge import Facts, Problem, ProblemKind
from photobak.errors import CloudError, PhotobakError

CONTENT = Content((Candidate.pending(known_file("/p/a.jpg", "a", uploaded_at=None)),))
PHOTO = record("a")
SHA256 = CONTENT.sha256

POST = {"url": "http://127.0.0.1:9/photobak-temp-1-x", "fields": {"key": "k", "policy": "p"}}
PREPARED = {"photos": [{"sha256": SHA256, "timestamp": "1.5", "status": "upload", **POST}]}
IN_TRASH = {"photos": [{"sha256": PHOTO.sha256, "status": "trashed", "trashed_until": "2026-12-24T12:00:00+00:00"}]}
REDATED = {"photos": [{"sha256": PHOTO.sha256, "status": "stored", "taken_at": "2024-06-30T12:00:00+02:00"}]}
REPAIRED = {"photos": [{"sha256": SHA256, "status": "lost", "upload": POST}]}
DEVICE = {
    "device_code": "d",
    "user_code": "ABCD-EFGH",
    "verification_uri": "https://api.example/device",
    "verification_uri_complete": "https://api.example/device?user_code=ABCD-EFGH",
    "expires_in": 600,
    "interval": 5,
}
ROW = {"username": {"S": "me"}, "sha256": {"S": SHA256}, "status": {"S": "stored"}}
BATCH = {"Responses": {"Contents": [ROW]}, "UnprocessedKeys": {}}
PAGE = {"Items": [ROW], "Count": 1}
LISTED = {"Items": [PHOTO.to_item()], "Count": 1}

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("\x1b[2J"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)
GONE = object()


class Cloud:
    """Answers everything with the same."""

    def __init__(self) -> None:
        self.body, self.status = b"", 200
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(owner.status)
                self.send_header("Content-Length", str(len(owner.body)))
                self.end_headers()
                self.wfile.write(owner.body)

            do_GET = do_DELETE = do_POST  # noqa: N815 - names of http.server

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    cloud = Cloud()
    thread = threading.Thread(target=cloud.server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield cloud
    finally:
        cloud.server.shutdown()
        thread.join()
        cloud.server.server_close()


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="module")
def session(cloud: Cloud, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """One that needs nobody's answer to be used."""
    here = places({"PHOTOBAK_HOME": str(tmp_path_factory.mktemp("home"))})
    known = issuer.profile(bucket="photobak-photos-1-x")
    profile = replace(known, api_url=cloud.url, endpoint_url=cloud.url, hosted_ui_url=cloud.url)
    store = FileStore.of(here, profile.name)
    credentials = AwsCredentials("AKIA", "secret", "token", 1 << 40)
    store.write(SignIn(replace(issuer.tokens(), expires_at=1 << 40), "eu-central-1:me", credentials))
    return Session(profile, here, store)


def prepare(session: Session) -> object:
    return Announcer(session).announce_batch([CONTENT])


def trash(session: Session) -> object:
    with TemporaryDirectory() as folder, Index.open(Path(folder) / "index.sqlite3") as index:
        return list(put_into_trash(session, index, [PHOTO]))


def correct(session: Session) -> object:
    from datetime import timedelta

    return list(redate(session, corrected([PHOTO], ShiftBy(timedelta(hours=1)))))


def repair(session: Session) -> object:
    problem = Problem(ProblemKind.MISSING_RECORD, "lost", SHA256)
    return RepairCalls(session).records([Suspect(Facts(SHA256), (problem,), (problem,))])


def device(session: Session) -> object:
    return ask_device_code(session.profile)


def statuses(session: Session) -> object:
    return StatusReader(session).read([SHA256])


def rows(session: Session) -> object:
    return next(OwnRows(session).pages(), None)


def listed(session: Session) -> object:
    return list(Library(session).records())


def found(session: Session) -> object:
    return Library(session).find_each([SHA256, SHA256[:8]])


def credentials(session: Session) -> object:
    return cognito.aws_credentials(session.profile, "eu-central-1:me", "token")


def identity(session: Session) -> object:
    return cognito.identity_id(session.profile, "token")


def refresh(session: Session) -> object:
    return cognito.refresh(session.profile, session.tokens, now=lambda: 0.0)


GOOD: dict[str, tuple[Callable[[Session], object], dict[str, Any]]] = {
    "prep": (prepare, PREPARED),
    "trash": (trash, IN_TRASH),
    "redate": (correct, REDATED),
    "repair": (repair, REPAIRED),
    "device": (device, DEVICE),
    "statuses": (statuses, BATCH),
    "rows": (rows, {**BATCH, **PAGE}),
    "listed": (listed, LISTED),
    "found": (found, {**BATCH, **PAGE}),
    "credentials": (
        credentials,
        {"Credentials": {"AccessKeyId": "a", "SecretKey": "b", "SessionToken": "c", "Expiration": 1.9e9}},
    ),
    "identity": (identity, {"IdentityId": "eu-central-1:me"}),
    "refresh": (refresh, {"id_token": "a.b.c", "refresh_token": "r"}),
}


@pytest.mark.parametrize("name", [name for name in GOOD if name != "refresh"])
def test_a_good_answer_is_understood(cloud: Cloud, session: Session, name: str) -> None:
    ask, good = GOOD[name]
    cloud.status, cloud.body = 200, json.dumps(good).encode()
    assert ask(session)


@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_answer_with_one_thing_wrong_is_a_value_or_names_it(
    cloud: Cloud, session: Session, name: str, data: st.DataObject
) -> None:
    ask, good = GOOD[name]
    path = data.draw(st.sampled_from(paths(good)))
    cloud.status = data.draw(st.sampled_from([200, 200, 200, 400, 401, 403]))
    cloud.body = json.dumps(changed(good, path, data.draw(ANYTHING | st.just(GONE)))).encode()
    assert said(ask, session).isprintable()


@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=ANYTHING.map(lambda found: json.dumps(found).encode()) | st.binary(max_size=50) | st.just(b"[" * 100_000))
def test_an_answer_that_is_anything_is_a_value_or_an_error(
    cloud: Cloud, session: Session, name: str, body: bytes
) -> None:
    cloud.status, cloud.body = 200, body
    assert said(GOOD[name][0], session).isprintable()


@pytest.mark.parametrize(
    ("name", "path", "value", "said"),
    [
        ("prep", ("photos", 0, "url"), GONE, r"photos\[0\]\.url is missing"),
        (
            "prep",
            ("photos", 0, "url"),
            "https://evil.example/",
            "it is not this stack's upload bucket",
        ),
        (
            "repair",
            ("photos", 0, "upload", "url"),
            "http://evil.example/",
            "url can't be used: http:// is for",
        ),
        ("prep", ("photos", 0, "fields", "key"), 5, r"photos\[0\]\.fields\.key is no text"),
        ("prep", ("photos",), "many", "photos is no list"),
        ("prep", ("photos", 0), None, r"photos\[0\] is no object"),
        ("prep", ("photos", 0, "sha256"), "abc", r"photos\[0\]\.sha256 is no SHA-256"),
        ("prep", ("photos", 0, "status"), "later", "its status is later, which this photobak doesn't know"),
        ("trash", ("photos", 0, "trashed_until"), "soon", r"photos\[0\]\.trashed_until is no time"),
        ("redate", ("photos", 0, "status"), GONE, r"photos\[0\]\.status is missing"),
        ("repair", ("photos", 0, "upload", "fields"), [], r"photos\[0\]\.upload\.fields is no object"),
        ("device", ("expires_in",), "soon", "expires_in is no number"),
        ("statuses", ("Responses",), GONE, "Responses is missing"),
        ("statuses", ("Responses", "Contents", 0, "status"), {"S": "new"}, "status"),
        ("statuses", ("Responses", "Contents", 0, "sha256"), GONE, "sha256"),
        ("rows", ("Items",), {}, "Items is no list"),
        ("listed", ("Items", 0), 5, r"Items\[0\] is no object"),
        ("found", ("Items", 0, "status"), {"N": "1"}, "status"),
        ("credentials", ("Credentials", "Expiration"), True, r"Credentials\.Expiration is no number"),
        ("identity", ("IdentityId",), GONE, "IdentityId is missing"),
        ("refresh", ("id_token",), 7, "id_token is no text"),
    ],
)
def test_the_field_is_named(
    cloud: Cloud, session: Session, name: str, path: tuple[str | int, ...], value: object, said: str
) -> None:
    ask, good = GOOD[name]
    cloud.status, cloud.body = 200, json.dumps(changed(good, path, value)).encode()
    with pytest.raises(CloudError, match=said):
        ask(session)


def test_a_photo_in_the_trash_without_an_end_is_not_said_to_be_restored(cloud: Cloud, session: Session) -> None:
    cloud.status, cloud.body = 200, json.dumps(changed(IN_TRASH, ("photos", 0, "trashed_until"), GONE)).encode()
    (moved,) = trash(session)  # type: ignore[misc]
    assert moved.result == "failed"


def test_a_redirect_and_a_page_are_said_to_be_such(cloud: Cloud, session: Session) -> None:
    cloud.status, cloud.body = 200, b"<html><body>Sign in to the guest network</body></html>"
    with pytest.raises(CloudError, match="a page instead of a JSON object; a proxy may have answered"):
        ask_of_photos(session, "/photos/redate", [])


@pytest.mark.parametrize("answer", [{}, {"error": 5}, {"error": "slow_down", "error_description": []}, []])
def test_a_device_that_waits_bears_any_answer(cloud: Cloud, session: Session, answer: object) -> None:
    cloud.status, cloud.body = 200, json.dumps(DEVICE).encode()
    code = replace(ask_device_code(session.profile), expires_in=12)
    ticks = iter(range(100))
    cloud.status, cloud.body = 400, json.dumps(answer).encode()
    with pytest.raises(PhotobakError):
        wait_for_approval(session.profile, code, monotonic=lambda: next(ticks), sleep=lambda _: None)


def said(ask: Callable[[Session], object], session: Session) -> str:
    """What is said of an answer; "" where it is understood."""
    try:
        ask(session)
    except PhotobakError as error:
        return str(error)
    return ""


def paths(found: object, before: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Where something is in a JSON value, however deep."""
    inner = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    return [path for name, value in inner for path in ((*before, name), *paths(value, (*before, name)))]


def changed(found: Any, path: tuple[str | int, ...], value: object) -> Any:
    """A JSON value with another one at a path, or none."""
    copy = json.loads(json.dumps(found))
    place = copy
    for step in path[:-1]:
        place = place[step]
    if value is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return copy
