"""What a client may say to the live service."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photobak.cloud.live.messages import Publish, Refused, Subscribe, Unsubscribe, parse
from photobak.photo.topic import LARGEST_MESSAGE, LONGEST_TOPIC, topic_problem

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
FIELDS = st.sampled_from(["type", "topic", "message", "id", "", "a"])
TYPES = st.sampled_from(["subscribe", "unsubscribe", "message"])


def outcome(text: str) -> Subscribe | Unsubscribe | Publish | Refused:
    try:
        return parse(text)
    except Refused as refused:
        return refused


@given(st.text())
def test_text_of_any_kind_is_read_or_refused(text: str) -> None:
    with pytest.raises(Refused):
        parse(text)


@given(st.dictionaries(FIELDS, TYPES | JSON))
def test_an_object_of_any_kind_is_read_or_refused_with_words(said: dict[str, object]) -> None:
    read = outcome(json.dumps(said))
    if isinstance(read, Refused):
        assert read.detail
        assert read.field in {None, "type", "topic", "message", *said}
    else:
        assert read.type == said["type"]
        assert not topic_problem(read.topic)


@given(JSON)
def test_any_json_can_be_said(said: object) -> None:
    message = parse(json.dumps({"type": "message", "topic": "a", "message": said}))
    assert isinstance(message, Publish)
    assert message.message == said


@pytest.mark.parametrize("name", ["a", "general", "a b", "Łódź", "🌿" * LONGEST_TOPIC, "photos", "a/b", "*", "#"])
def test_a_topic_may_be_called(name: str) -> None:
    assert parse(json.dumps({"type": "subscribe", "topic": name})) == Subscribe(type="subscribe", topic=name)


@pytest.mark.parametrize("name", ["", "a" * (LONGEST_TOPIC + 1), "a\n", "\x00", "\x7f", "\u200b", "\u2028", "\ue000"])
def test_a_topic_may_not_be_called(name: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(json.dumps({"type": "subscribe", "topic": name}))
    assert refused.value.field == "topic"


def test_the_largest_message_is_read_and_a_byte_more_is_refused() -> None:
    around = len('{"type":"message","topic":"a","message":""}')
    largest = json.dumps(
        {"type": "message", "topic": "a", "message": "x" * (LARGEST_MESSAGE - around)}, separators=(",", ":")
    )
    assert len(largest) == LARGEST_MESSAGE
    assert isinstance(parse(largest), Publish)
    with pytest.raises(Refused, match=str(LARGEST_MESSAGE)):
        parse(largest + " ")


def test_what_was_said_is_not_repeated() -> None:
    for text in ('{"type":"secret"}', '{"type":"subscribe","topic":["secret"]}', '{"type":"subscribe","topic":secret}'):
        with pytest.raises(Refused) as refused:
            parse(text)
        assert "secret" not in refused.value.detail
