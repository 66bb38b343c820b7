"""Search by place in the gallery, in a real browser; and nothing is missed between the timeline and the change feed."""

from dataclasses import replace
from urllib.parse import quote

import pytest
from playwright.sync_api import Route
from support.chromium import Chromium
from support.gallery.axe import NPM, Axe
from support.gallery.fixtures import signed_in
from support.gallery.page import GalleryPage
from support.gallery.shelf import Photos, Shown, some_photos
from support.node import installed_programs

LISBON, CAMBRIDGE_GB, CAMBRIDGE_MA = (38.70, -9.18), (52.20, 0.12), (42.37, -71.10)
TAKEN_AT = [LISBON, CAMBRIDGE_GB, CAMBRIDGE_MA, (None, None)]

COUNT_OPENINGS = """() => {
  const workers = navigator.serviceWorker, register = workers.register.bind(workers);
  window.openings = 0;
  workers.register = (...all) => { window.openings++; return register(...all); };
}"""
"""The page starts its service worker as the last step of opening."""


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> Axe:
    return Axe(installed_programs(tmp_path_factory.mktemp("npm"), NPM))


def placed(count: int = 40) -> list[Shown]:
    """Photos of three towns in turn, and every fourth of nowhere."""
    photos = []
    for number, photo in enumerate(some_photos(count)):
        latitude, longitude = TAKEN_AT[number % len(TAKEN_AT)]
        photos.append(replace(photo, fields={"latitude": latitude, "longitude": longitude}))
    return photos


def taken_at(place: tuple[float, float], photos: list[Shown]) -> list[str]:
    return [photo.sha256 for photo in photos if photo.fields["latitude"] == place[0]]


def shown(tab: GalleryPage) -> list[str]:
    return list(tab.page.eval_on_selector_all(".tile[data-sha256]", "all => all.map((each) => each.dataset.sha256)"))


def wait_for(tab: GalleryPage, expected: list[str]) -> None:
    """Wait until the page shows these photos and no others."""
    tab.wait_until(lambda: shown(tab) == expected, f"{len(expected)} photos being shown")


def test_a_place_is_found_and_of_several_the_one_that_is_chosen(chromium: Chromium, axe: Axe) -> None:
    photos = placed()
    with signed_in(chromium, Photos(photos), locale="de-DE") as (_, tab):
        tab.wait_for_pictures()
        tab.action("filter").click()
        tab.page.get_by_label("Ort", exact=True).fill("Lisboa")
        tab.page.keyboard.press("Enter")
        wait_for(tab, taken_at(LISBON, photos))
        choice = tab.page.get_by_label("Welcher Ort")
        choice.locator("option", has_text="Lisbon, Portugal (").wait_for(state="attached")
        tab.page.get_by_label("Ort", exact=True).fill("Cambridge")
        choice.wait_for(state="hidden")
        tab.page.keyboard.press("Enter")
        wait_for(tab, taken_at(CAMBRIDGE_GB, photos))
        choice.locator("option", has_text="Kanada").wait_for(state="attached")
        options = choice.locator("option").all_inner_texts()
        assert [each.partition(" (")[0] for each in options][:3] == [
            *("Cambridge, Vereinigtes Königreich", "Cambridge, Kanada", "Cambridge, MA, Vereinigte Staaten")
        ]
        assert all(each.endswith(" Einwohner)") for each in options)
        assert axe.violations(tab) == []
        choose_with_keys(tab, steps=2)
        wait_for(tab, taken_at(CAMBRIDGE_MA, photos))
        tab.page.reload()
        wait_for(tab, taken_at(CAMBRIDGE_MA, photos))
        assert tab.page.input_value('[name="place"]') == "Cambridge"
        tab.wait_until(lambda: choice.evaluate("select => select.selectedIndex") == 2, "the choice being shown")
        tab.page.go_back()
        wait_for(tab, taken_at(CAMBRIDGE_GB, photos))


def choose_with_keys(tab: GalleryPage, steps: int) -> None:
    """From the place's field to the choice beside it, down, and apply."""
    tab.page.get_by_label("Ort", exact=True).focus()
    tab.page.keyboard.press("Tab")
    for _ in range(steps):
        tab.page.keyboard.press("ArrowDown")
    tab.page.get_by_role("button", name="Zeigen", exact=True).press("Enter")


def test_an_unknown_place_says_so_and_names_the_nearest(chromium: Chromium, axe: Axe) -> None:
    with signed_in(chromium, Photos(placed())) as (cloud, tab):
        tab.wait_for_pictures()
        tab.wait_for_records()  # so that what is asked for from now on is what the test asks for
        before = len(cloud.api.pages)
        tab.open("#/?place=Lisbin")
        tab.page.get_by_text("No town has this name").wait_for()
        tab.page.get_by_text("Did you mean Lisbon?").wait_for()
        assert tab.tiles.count() == 0
        assert axe.violations(tab) == []
        tab.page.fill('[name="place"]', "48.0,-30.0,5")  # in the Atlantic
        tab.page.keyboard.press("Enter")
        tab.page.get_by_text("No photos match").wait_for()
        assert [query.get("near") for query in cloud.api.pages[before:]] == ["48,-30,5"]


@pytest.mark.parametrize("name", ["\u202enilreB", '"><img src=x onerror=alert(1)>', "100% 'x' & #?", "|"])
def test_a_hostile_place_is_text_and_nothing_else(chromium: Chromium, name: str) -> None:
    with signed_in(chromium, Photos(placed())) as (_, tab):
        tab.wait_for_pictures()
        tab.open(f"#/?place={quote(name)}&near={quote('1,2,3')}")
        tab.page.get_by_text("No town has this name").wait_for()
        assert tab.page.input_value('[name="place"]') == name
        assert tab.page.locator("main img, form img").count() == 0


def test_what_a_filter_found_is_not_shown_twice_once_the_network_is_back(chromium: Chromium) -> None:
    photos = placed(20)
    with signed_in(chromium, Photos(photos)) as (cloud, tab):
        tab.wait_for_pictures()
        tab.open("#/?place=Lisbon")
        wait_for(tab, taken_at(LISBON, photos))
        tab.wait_for_worker()
        tab.page.evaluate(COUNT_OPENINGS)
        tab.page.evaluate("window.dispatchEvent(new Event('online'))")
        tab.page.wait_for_function("() => window.openings > 0")
        tab.wait_for_frames()
        assert shown(tab) == taken_at(LISBON, photos)
        assert sum("near" in query for query in cloud.api.pages) == 1


def test_what_is_stored_while_the_page_connects_is_shown(chromium: Chromium) -> None:
    """The timeline is older than it, and the subscription younger."""
    early, late = some_photos(2)
    with signed_in(chromium, Photos([early])) as (cloud, tab):
        tab.wait_for_pictures()

        def store_first(route: Route) -> None:
            if late.sha256 not in [photo.sha256 for photo in cloud.photos.all]:
                cloud.photos.add(late)
                cloud.live.tell(late, "stored")
            route.continue_()

        tab.page.context.route("**/ws/ticket", store_first)
        tab.page.reload()
        tab.tile(late.sha256).wait_for()
