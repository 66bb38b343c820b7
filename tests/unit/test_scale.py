"""The simulation behind docs/scale.md: it loses nothing, however narrow the limits, and prints what the page says."""

from dataclasses import replace
from pathlib import Path

from bench.scale import MANY, ONE, PAUSES, USUAL, Cloud, Fleet, Limits, herd, lines, simulate
from hypothesis import given, settings
from hypothesis import strategies as st

PAGE = (Path(__file__).parents[2] / "docs" / "scale.md").read_text(encoding="utf-8")

fleets = st.builds(
    Fleet,
    people=st.integers(1, 50),
    photos=st.integers(0, 2000),
    line=st.floats(0.5, 500),
    waits=st.booleans(),
    in_order=st.booleans(),
)
narrow = st.builds(
    Limits,
    uploads_at_once=st.integers(2, 500),
    api_rate=st.integers(1, 20),
    api_burst=st.integers(1, 20),
    units=st.integers(20, 400),
    spare_seconds=st.integers(5, 60),
    splits_after=st.integers(10, 600),
    kept_for=st.integers(60, 600),
    waiting=st.integers(20, 500),
)


@given(fleets, narrow, st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_every_photo_is_in_one_place_at_any_time_however_much_is_throttled(
    fleet: Fleet, limits: Limits, seed: int
) -> None:
    cloud = Cloud(fleet, limits, seed)
    for _ in range(300):
        kept = cloud.stored
        cloud.step()
        assert cloud.accounted == cloud.total
        assert cloud.stored >= kept  # what is kept stays
        assert min(cloud.unannounced, cloud.ready, cloud.waiting) >= 0


def test_throttling_delays_and_loses_nothing() -> None:
    fleet = replace(ONE, photos=50_000)
    usual, throttled = simulate(fleet, USUAL), simulate(fleet, replace(USUAL, units=100))
    assert throttled.tried_again > 0
    assert throttled.now > usual.now
    assert throttled.stored == usual.stored == 50_000


def test_by_the_templates_own_limits_a_million_photos_of_one_person_make_no_partition_hot() -> None:
    cloud = simulate(ONE, USUAL)
    assert cloud.photos.busiest < USUAL.units / 2
    assert cloud.expired == 0
    assert cloud.longest_wait < USUAL.kept_for


def test_who_waits_for_the_cloud_never_sends_what_expires() -> None:
    assert simulate(MANY, USUAL).expired == 0
    assert simulate(replace(MANY, waits=False), USUAL).expired > 0


def test_a_thousand_that_begin_at_once_all_have_their_turn() -> None:
    assert all(herd(1000, 1.0, USUAL, PAUSES, seed).failed == 0 for seed in range(5))


def test_the_same_seed_gives_the_same_figures() -> None:
    fleet = replace(MANY, people=20)
    assert simulate(fleet, USUAL, seed=7) == simulate(fleet, USUAL, seed=7)


def test_the_page_has_the_figures_that_the_simulation_prints() -> None:
    for line in lines():
        assert line.rstrip() in PAGE
