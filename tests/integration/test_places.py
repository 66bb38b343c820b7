"""Search by place over HTTP: what a name means, which photos were taken there, and what is refused."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from support.api import Member, new_member
from support.live import changes_table, connection_of, keep, record_of
from support.local_stack import eventually, root_client

from photobak.cloud.store.changes import Change, sequence_of
from photobak.local.values import LocalStack
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.keys import timestamp_key

LISBON = {"name": "Lisbon", "region": "PT", "latitude": 38.725, "longitude": -9.15, "radius_km": 25.0}
HOSTILE = [
    "%",
    "'; DROP TABLE",
    '"><script>alert(1)</script>',
    "\u202enilreB",
    "Lis\u0000bon",
    "|",
    ",",
    "\\",
    "\U0001f30d",
]


@pytest.fixture(scope="module")
def ann(local_stack: LocalStack) -> Member:
    return new_member(local_stack)


def places(member: Member, name: str) -> dict[str, list[dict[str, object]]]:
    answer = member.request("GET", f"/places?name={quote(name)}")
    assert answer.status == 200, answer.body
    return dict(answer.body)


def test_a_place_is_found_by_its_name_in_any_language(ann: Member) -> None:
    for name in ("Lisbon", "lisboa", "Лиссабон", "Lisbon, Portugal"):
        (found,) = places(ann, name)["places"]
        assert found.pop("people") > 400_000  # type: ignore[operator]
        assert found == LISBON
    assert places(ann, "Lisbon, 3 km")["places"][0]["radius_km"] == 3
    assert places(ann, "38.725,-9.15,2")["places"] == [
        {**LISBON, "name": None, "region": None, "people": None, "radius_km": 2}
    ]


def test_of_several_places_the_most_populous_comes_first(ann: Member) -> None:
    found = places(ann, "Cambridge")["places"]
    assert [each["region"] for each in found][:3] == ["GB", "CA", "US-MA"]


def test_of_an_unknown_place_the_nearest_name_is_told(ann: Member) -> None:
    assert places(ann, "Lisbin") == {"places": [], "nearest": "Lisbon"}
    assert places(ann, "91,0,1") == {"places": []}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_just_unknown(ann: Member, name: str) -> None:
    assert places(ann, name)["places"] == []


@pytest.mark.parametrize("query", ["", "name=", f"name={'x' * 101}", f"name={'x' * 9_000}", "name=Lisbon&near=1"])
def test_a_malformed_question_is_refused_with_the_field(ann: Member, query: str) -> None:
    answer = ann.request("GET", f"/places?{query}")
    assert answer.status == 400
    assert ("near" if "near" in query else "name") in answer.body["detail"]


def test_strangers_are_told_nothing(ann: Member) -> None:
    assert ann.request("GET", "/places?name=Lisbon", token="").status == 401


def test_photos_are_found_by_where_they_were_taken(ann: Member) -> None:
    noon = record_of(ann).taken.taken_at
    positions = {"belem.jpg": (38.6969, -9.2068), "porto.jpg": (41.149, -8.611), "nowhere.jpg": (None, None)}
    for number, (name, (latitude, longitude)) in enumerate(positions.items()):
        made = record_of(ann)
        taken = CaptureTime(noon - timedelta(days=number), TakenSource.EXIF)
        place = {"latitude": latitude, "longitude": longitude}
        key = timestamp_key(taken.taken_at, made.sha256)
        keep(ann, record_of(ann, sha256=made.sha256, filename=name, taken=taken, timestamp=key, **place))

    def found(near: str) -> list[str]:
        return [photo["filename"] for page in ann.pages(near=near, limit=1) for photo in page]

    assert found("38.725,-9.15,25") == ["belem.jpg"]
    assert found("38.725,-9.15,300") == ["belem.jpg", "porto.jpg"]
    assert found("38.725,-9.15,1") == []


@pytest.mark.parametrize("near", ["Lisbon", "", "91,0,1", "1,2,far", "nan,nan,1", "1", "1,2,3,4", "1," * 5_000])
def test_what_is_no_position_is_refused(ann: Member, near: str) -> None:
    answer = ann.page(near=near)
    assert answer.status == 400
    assert answer.body["detail"].startswith("near: ")


def test_the_timeline_states_the_latest_change_that_it_includes(local_stack: LocalStack) -> None:
    cid = new_member(local_stack)
    assert cid.request("GET", "/timeline").body == {"sequence": "", "months": []}
    keep(cid, record_of(cid))
    newest = eventually(lambda: changes_table(cid.stack).newest(cid.identity_id))
    assert cid.request("GET", "/timeline").body["sequence"] == newest
    later = record_of(cid)
    keep(cid, later)
    eventually(lambda: changes_table(cid.stack).newest(cid.identity_id) > newest)
    answer = cid.request("GET", f"/changes?after={newest}").body
    assert [each["sha256"] for each in answer["changes"]] == [later.sha256]
    assert answer["gap"] is False


def test_nothing_is_missing_after_a_quiet_week(local_stack: LocalStack) -> None:
    """DynamoDB has deleted every change by then; the latest one is still known."""
    cid = new_member(local_stack)
    table, (older, latest) = changes_table(cid.stack), (sequence_of("1"), sequence_of("2"))
    table.add(cid.identity_id, [Change(older, "{}"), Change(latest, "{}")], record_of(cid).stored_at)
    for sequence in (older, latest):
        key = {"username": {"S": cid.identity_id}, "sequence": {"S": sequence}}
        root_client(cid.stack, "dynamodb").delete_item(TableName=table.name, Key=key)
    with connection_of(cid) as listener:
        assert listener.catch_up(latest)[1]["gap"] is False
        assert listener.catch_up(older)[1]["gap"] is True
