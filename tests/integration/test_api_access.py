"""Who the HTTP API serves: whoever holds an ID token of this pool, and their own photos alone."""

import time
from collections.abc import Callable

import pytest
from support.api import Member, new_member, photo
from support.local_stack import root_client

from photobak.local.values import LocalStack


@pytest.fixture(scope="module")
def ann(local_stack: LocalStack) -> Member:
    return new_member(local_stack)


@pytest.fixture(scope="module")
def bob(local_stack: LocalStack) -> Member:
    return new_member(local_stack)


FORGERIES: dict[str, Callable[[Member], str]] = {
    "none": lambda _: "",
    "no token": lambda _: "hello",
    "cut off": lambda ann: ann.id_token[:-10],
    "without a signature": lambda ann: ann.id_token.rpartition(".")[0] + ".",
    "another's claims": lambda ann: "{0}.eyJzdWIiOiJib2IifQ.{2}".format(*ann.id_token.split(".")),
    "signed by another key": lambda ann: ann.forged(by_the_pool=False),
    "expired": lambda ann: ann.forged(by_the_pool=True, exp=int(time.time()) - 1),
    "of another client": lambda ann: ann.forged(by_the_pool=True, aud="another"),
    "of another pool": lambda ann: ann.forged(by_the_pool=True, iss="https://cognito-idp.us-east-1.amazonaws.com/x"),
}


def test_a_token_that_is_signed_here_as_the_pool_signs_is_good(ann: Member) -> None:
    """So that a forgery below is refused for what it says, and not for how it is made."""
    assert ann.prep(photo(), token=ann.forged(by_the_pool=True)).status == 200


@pytest.mark.parametrize("name", FORGERIES)
@pytest.mark.parametrize("route", ["POST /prep/photoupload", "GET /list/photos"])
def test_a_token_that_is_not_good_opens_nothing(ann: Member, name: str, route: str) -> None:
    """The gateway's JWT authorizer refuses it, with an answer of its own."""
    method, path = route.split()
    answer = ann.request(method, path, b"{}" if method == "POST" else None, token=FORGERIES[name](ann))
    assert (answer.status, answer.body) == (401, {"message": "Unauthorized"})


def test_an_access_token_is_no_id_token(ann: Member) -> None:
    answer = ann.prep(photo(), token=ann.access_token)
    assert (answer.status, answer.content_type) == (401, "application/problem+json")
    assert "not an ID token" in answer.body["detail"]


def test_the_identity_comes_from_the_token_alone(ann: Member, bob: Member) -> None:
    entry = photo()
    (answer,) = ann.prep(entry).body["photos"]
    assert answer["fields"]["key"] == f"{ann.identity_id}/{entry['sha256']}"
    assert bob.identity_id != ann.identity_id
    for name in ("username", "identity_id", "identityId", "sub"):
        refused = ann.prep({**photo(), name: bob.identity_id})
        assert refused.status == 422
        assert name in refused.body["detail"]
    headers = {"x_amzn_identity_id": bob.identity_id, "x_identity_id": bob.identity_id}
    assert ann.request("GET", "/list/photos", **headers).body == {"photos": []}


def test_what_one_person_has_is_news_to_another(ann: Member, bob: Member, local_stack: LocalStack) -> None:
    """Knowing a hash gives nobody the photo."""
    entry = photo()
    key = {"username": {"S": ann.identity_id}, "sha256": {"S": entry["sha256"]}}
    item = {**key, "status": {"S": "stored"}, "timestamp": {"N": "1"}}
    root_client(local_stack, "dynamodb").put_item(TableName=local_stack.outputs.contents_table, Item=item)
    assert [each["status"] for each in ann.prep(entry).body["photos"]] == ["stored"]
    assert [each["status"] for each in bob.prep(entry).body["photos"]] == ["upload"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/prep/photoupload"),
        ("PUT", "/prep/photoupload"),
        ("DELETE", "/prep/photoupload"),
        ("POST", "/list/photos"),
        ("DELETE", "/list/photos"),
        ("GET", "/list"),
        ("GET", "/list/photos/more"),
        ("GET", "/nowhere"),
        ("GET", "/list/../prep/photoupload"),
    ],
)
def test_there_is_nothing_at_other_addresses(ann: Member, method: str, path: str) -> None:
    answer = ann.request(method, path)
    assert answer.status == 404
