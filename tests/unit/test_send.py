"""How contents are gathered, and how twins wait for each other."""

import threading
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.known_files import known_file
from support.local_stack import eventually

from photobak.client.files.candidate import Candidate
from photobak.client.upload.announce import FIRST_BATCH, batches
from photobak.client.upload.content import Content, Post
from photobak.client.upload.post import RateLimit
from photobak.client.upload.send import InFlight
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST, MAX_SOURCES_A_PHOTO


def candidates(contents: list[int]) -> list[Candidate]:
    """A file of each of these contents."""
    return [
        Candidate.pending(known_file(f"/p/{number}.jpg", str(content), uploaded_at=None))
        for number, content in enumerate(contents)
    ]


@given(st.lists(st.integers(0, 400) | st.just(0), max_size=500))
def test_every_file_is_in_one_batch_beside_its_twins(contents: list[int]) -> None:
    files = candidates(contents)
    gathered = list(batches(files))
    assert Counter(file.path for batch in gathered for content in batch for file in content.candidates) == Counter(
        file.path for file in files
    )
    for batch in gathered:
        hashes = [content.sha256 for content in batch]
        assert len(set(hashes)) == len(hashes) <= MAX_PHOTOS_A_REQUEST
        for content in batch:
            assert {file.sha256 for file in content.candidates} == {content.sha256}
            assert len(content.candidates) <= MAX_SOURCES_A_PHOTO


def test_batches_begin_small_and_end_as_large_as_may_be() -> None:
    sizes = [len(batch) for batch in batches(candidates(list(range(500))))]
    assert sizes == [FIRST_BATCH, 16, 32, 64, 100, 100, 100, 80]


def test_an_announcement_names_every_place_once() -> None:
    first, second = candidates([1, 1])
    twin = replace(second, source=first.source)
    third = replace(second, name="other.jpg", source="laptop:other.jpg")
    assert Content((first, twin, third)).announcement.sources == ("laptop:0.jpg", "laptop:other.jpg")


def test_a_content_was_sent_only_where_all_its_places_were_told() -> None:
    new, second = candidates([1, 1])
    sent = replace(second, uploaded_at=5.0)
    assert Content((sent, replace(new, uploaded_at=7.0))).uploaded_at == 7.0
    assert Content((sent, new)).uploaded_at is None


def test_a_presigned_post_is_never_shown() -> None:
    post = Post("https://bucket/?secret", {"policy": "secret"}, 0.0)
    assert "secret" not in repr(post)
    assert "secret" not in f"{[post]}"


class TestInFlight:
    def test_the_first_one_sends(self) -> None:
        in_flight = InFlight()
        assert in_flight.claim("a") is None
        in_flight.release("a", 5.0)
        assert in_flight.claim("a") == 5.0

    def test_what_was_not_taken_is_sent_by_the_next_one(self) -> None:
        in_flight = InFlight()
        assert in_flight.claim("a") is None
        in_flight.release("a", None)
        assert in_flight.claim("a") is None

    def test_what_the_cloud_has_answered_may_be_wanted_again(self) -> None:
        in_flight = InFlight()
        in_flight.claim("a")
        in_flight.release("a", 5.0)
        in_flight.forget("a")
        assert in_flight.claim("a") is None

    def test_a_twin_waits_until_the_first_is_through(self) -> None:
        in_flight = InFlight()
        in_flight.claim("a")
        answers: list[float | None] = []
        twins = [threading.Thread(target=lambda: answers.append(in_flight.claim("a"))) for _ in range(3)]
        for twin in twins:
            twin.start()
        assert in_flight.claim("another") is None  # nobody else waits
        assert answers == []
        in_flight.release("a", 5.0)
        for twin in twins:
            twin.join()
        assert answers == [5.0] * 3

    def test_one_of_the_twins_takes_over_where_the_first_has_failed(self) -> None:
        in_flight = InFlight()
        in_flight.claim("a")
        answers: list[float | None] = []

        def follow() -> None:
            answers.append(in_flight.claim("a"))
            if answers[-1] is None:
                in_flight.release("a", 6.0)

        twins = [threading.Thread(target=follow) for _ in range(3)]
        for twin in twins:
            twin.start()
        in_flight.release("a", None)
        eventually(lambda: len(answers) == 3)
        assert Counter(answers) == {None: 1, 6.0: 2}


@pytest.mark.parametrize(
    ("bytes_per_second", "at_most"), [(None, 256 * 1024), (160_000.0, 10_000), (100.0, 1024), (1e9, 256 * 1024)]
)
def test_a_slow_line_is_given_little_at_a_time(bytes_per_second: float | None, at_most: int) -> None:
    assert RateLimit(bytes_per_second).chunk(256 * 1024) == at_most
