"""The gallery's timeline in a real browser: loaded a few photos at a time, it never moves, and all can be reached."""

from itertools import pairwise

import pytest
from support.chromium import Chromium
from support.gallery.fixtures import PHONE, signed_in
from support.gallery.shelf import ManyPhotos, Photos, Shown, some_photos


def test_photos_come_ten_at_first_and_the_last_one_of_120_has_the_stop_marker_behind_it(chromium: Chromium) -> None:
    photos = some_photos(120)
    with signed_in(chromium, Photos(photos)) as (cloud, tab):
        tab.wait_for_pictures()
        assert cloud.api.pages[0]["limit"] == "10"
        assert tab.tiles.count() < 60
        tab.scroll_to_end()
        tab.wait_for_last(photos[-1].sha256)
        tab.wait_for_pictures()
        assert tab.page.inner_text("#end").endswith("all: 120 photos.")
        assert tab.shifted == 0


def test_photos_are_in_rows_that_fill_the_width_under_the_heading_of_their_month(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(some_photos(120, days_apart=0.5))) as (_, tab):
        tab.wait_for_pictures()
        tab.wait_for_records()
        assert tab.months == ["2024-06"]
        assert tab.page.inner_text("[data-month] h2") == "June 2024"
        rows: dict[float, list[dict[str, float]]] = {}
        for tile in tab.tiles.all()[:20]:
            box = tile.bounding_box()
            assert box
            rows.setdefault(box["y"], []).append(box)
        for row in list(rows.values())[:-1]:
            assert row[0]["x"] == 16
            assert row[-1]["x"] + row[-1]["width"] == pytest.approx(
                tab.page.evaluate("timeline.clientWidth + 16"), abs=1
            )
            assert len({box["height"] for box in row}) == 1
            for one, other in pairwise(row):
                assert other["x"] - one["x"] - one["width"] == pytest.approx(4, abs=1)


def test_a_tap_on_the_scrubber_takes_two_requests_at_most_to_the_first_thumbnail(chromium: Chromium) -> None:
    with signed_in(chromium, ManyPhotos(60_000)) as (cloud, tab):
        tab.wait_for_pictures()
        tab.wait_for_records()
        before = len(cloud.api.pages)
        strip = tab.page.locator("#scrubber").bounding_box()
        assert strip
        tab.page.mouse.click(strip["x"] + 20, strip["y"] + strip["height"] * 0.72)
        tab.page.wait_for_function(
            "() => document.querySelector('[data-month^=\"2010\"] [data-sha256] img')?.naturalWidth"
        )
        assert cloud.api.pages[before]["month"] == tab.months[1]  # the first request is for what is on the screen
        assert cloud.api.counts["GET timeline"] == 1
        tab.wait_for_pictures()
        assert "2010" in (tab.page.get_attribute("#scrubber", "aria-valuetext") or "")


def test_what_is_far_from_the_screen_is_not_on_the_page(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(some_photos(1500, days_apart=0.2))) as (_, tab):
        tab.scroll_to_end(1500)
        tab.wait_for_pictures()
        assert tab.page.locator(".tile").count() < 150
        assert tab.shifted == 0


@pytest.mark.parametrize("ratio", [1, 3])
def test_the_last_of_a_million_photos_can_be_reached_and_the_box_stays_within_what_browsers_can_scroll(
    chromium: Chromium, ratio: int
) -> None:
    with signed_in(chromium, ManyPhotos(1_000_000 // 240 * 240), device_scale_factor=ratio) as (_, tab):
        tab.wait_for_pictures()
        assert tab.page.evaluate("timeline.offsetHeight * devicePixelRatio") <= 15_000_000
        tab.page.keyboard.press("End")
        tab.wait_for_pictures()
        last = f"{1_000_000 // 240 * 240 - 1:012x}"
        tab.page.locator(f'[data-sha256^="{last}"]').wait_for()
        for _ in range(30):
            tab.page.mouse.wheel(0, -700)
            tab.wait_for_frames()
        tab.wait_for_pictures()
        assert tab.months[-1] == "2005-01"
        tab.page.keyboard.press("Home")
        tab.wait_for_pictures()
        assert tab.months[0] == "2024-12"
        assert tab.page.locator("*").count() < 2000
        assert tab.shifted == 0


def test_a_small_step_moves_by_as_much_even_where_the_box_stands_for_more(chromium: Chromium) -> None:
    with signed_in(chromium, ManyPhotos(960_000)) as (_, tab):
        tab.scroll_to(5_000_000)
        tile = tab.page.locator(".tile").nth(30)
        handle = tile.element_handle()
        before = handle.bounding_box()
        tab.page.mouse.move(300, 400)
        tab.page.mouse.wheel(0, 120)

        def moved() -> float:
            after = handle.bounding_box()
            assert before
            assert after
            return before["y"] - after["y"]

        tab.wait_until(lambda: moved() >= 118, "the scrolling")
        tab.wait_for_frames()
        assert moved() == pytest.approx(120, abs=2)
        assert tab.shifted == 0


def test_the_arrow_keys_walk_through_the_photos_and_enter_opens_one(chromium: Chromium) -> None:
    photos = some_photos(60)
    with signed_in(chromium, Photos(photos)) as (_, tab):
        tab.wait_for_pictures()
        tab.tiles.first.focus()
        for key, slot in [("ArrowRight", 1), ("ArrowRight", 2), ("ArrowDown", 6), ("ArrowUp", 2), ("ArrowLeft", 1)]:
            tab.page.keyboard.press(key)
            tab.wait_for_focus(photos[slot].sha256)
        tab.page.keyboard.press("End")
        tab.wait_for_focus(photos[-1].sha256)
        tab.page.keyboard.press("Enter")
        tab.wait_for_photo(photos[-1].sha256)


def test_one_press_of_tab_leads_into_the_photos_and_the_next_out_of_them(chromium: Chromium) -> None:
    photos = some_photos(120)
    with signed_in(chromium, Photos(photos)) as (_, tab):
        tab.wait_for_pictures()
        assert tab.page.locator('.tile[tabindex="0"]').count() == 1
        tab.action("sign-out").focus()
        tab.page.keyboard.press("Tab")
        tab.wait_for_focus(photos[0].sha256)
        tab.page.keyboard.press("Tab")
        tab.page.wait_for_function("() => document.activeElement.id === 'scrubber'")
        tab.page.keyboard.press("PageDown")
        tab.wait_until(lambda: "2023" in str(tab.page.get_attribute("#scrubber", "aria-valuetext")), "a step of a year")


def test_a_turned_phone_still_shows_the_photo_that_it_showed(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(some_photos(400)), **PHONE) as (_, tab):
        tab.scroll_to(3000)
        first = tab.page.evaluate("document.elementFromPoint(40, 300).closest('[data-sha256]').dataset.sha256")
        tab.page.set_viewport_size({"width": 740, "height": 360})
        tab.wait_for_frames("innerWidth === 740")
        tab.wait_for_pictures()
        box = tab.tile(first).bounding_box()
        assert box
        assert -300 < box["y"] < 360


def test_a_phone_scrolls_past_an_open_filter_and_stays_there(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(some_photos(60)), **PHONE) as (_, tab):
        tab.wait_for_pictures()
        tab.action("filter").click()
        tab.page.evaluate("addEventListener('scrollend', () => { window.ended = true; })")
        tab.page.mouse.move(180, 500)
        tab.page.mouse.wheel(0, 120)
        tab.page.wait_for_function("() => window.ended")
        tab.wait_for_frames()
        assert tab.page.evaluate("scrollY") == pytest.approx(120, abs=2)


def test_an_unknown_size_is_drawn_as_a_tile_of_usual_shape(chromium: Chromium) -> None:
    odd = Shown(sha256="ab" * 32, taken_at=some_photos(1)[0].taken_at, filename="odd.jpg", width=None, height=None)
    with signed_in(chromium, Photos([odd])) as (_, tab):
        tab.wait_for_pictures()
        box = tab.tile(odd.sha256).bounding_box()
        assert box
        assert box["width"] / box["height"] == pytest.approx(4 / 3, abs=0.02)
