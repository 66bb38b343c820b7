"""The gallery for everyone: other languages, the keyboard alone, small and large screens, and no service at all."""

import re
from pathlib import Path

import pytest
from support.chromium import Chromium
from support.gallery.fixtures import gallery, signed_in
from support.gallery.page import GalleryPage
from support.gallery.shelf import Photos, some_photos

TEXTS = Path(__file__).parents[2] / "photobak" / "gallery" / "static" / "texts.js"
PHOTOS = some_photos(60)


def texts(language: str) -> dict[str, set[str]]:
    """The names of all texts in a language, with the values that each has a place for."""
    block = re.search(rf"const {language} = \{{\n(.*?)^\}};", TEXTS.read_text(), re.DOTALL | re.MULTILINE)
    assert block
    found = re.findall(r"^ +(\w+): (['{].*)$", block[1], re.MULTILINE)
    return {name: set(re.findall(r"\{(\w+)\}", text)) for name, text in found}


def test_every_text_is_there_in_german_with_the_same_values() -> None:
    english = texts("ENGLISH")
    assert len(english) > 80
    assert texts("GERMAN") == english


def test_a_german_browser_gets_a_german_page(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS), locale="de-AT") as (_, tab):
        tab.wait_for_pictures()
        assert tab.page.get_attribute("html", "lang") == "de"
        assert tab.action("sign-out").inner_text() == "Abmelden"
        assert tab.page.inner_text("[data-month='2024-06'] h2") == "Juni 2024"
        assert tab.page.inner_text("#end") == "Das ist alles: 60 Fotos."
        tab.tiles.first.click()
        assert "Sonntag, 30. Juni 2024" in tab.open_details()


def press_tab_to(tab: GalleryPage, action: str) -> None:
    """Press Tab until a control has the focus."""
    for _ in range(20):
        if tab.page.evaluate("document.activeElement?.dataset.action") == action:
            return
        tab.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {action}")


def test_the_keyboard_alone_suffices(chromium: Chromium) -> None:
    with gallery(chromium, Photos(PHOTOS)) as (cloud, tab):
        keyboard = tab.page.keyboard
        tab.open().action("sign-in").wait_for()
        press_tab_to(tab, "sign-in")
        keyboard.press("Enter")
        tab.page.locator("input[name=username]").focus()
        keyboard.type(cloud.hosted_ui.username)
        keyboard.press("Tab")
        keyboard.type(cloud.hosted_ui.password)
        keyboard.press("Enter")
        tab.action("sign-out").wait_for()
        tab.wait_for_pictures()
        press_tab_to(tab, "sign-out")
        keyboard.press("Tab")
        keyboard.press("ArrowRight")
        keyboard.press("Enter")
        tab.wait_for_photo(PHOTOS[1].sha256)
        press_tab_to(tab, "trash")
        keyboard.press("Enter")
        tab.wait_for_photo(PHOTOS[2].sha256)
        tab.action("undo").wait_for()
        press_tab_to(tab, "undo")
        keyboard.press("Enter")
        tab.wait_for_photo(PHOTOS[1].sha256)
        assert cloud.api.trash == {}
        keyboard.press("Escape")
        tab.wait_until_closed(PHOTOS[1].sha256)
        press_tab_to(tab, "sign-out")
        keyboard.press("Enter")
        tab.page.get_by_text("You are signed out").wait_for()


@pytest.mark.parametrize(("width", "height"), [(320, 568), (3840, 2160)])
def test_the_page_fits_small_and_large_screens(chromium: Chromium, width: int, height: int) -> None:
    with signed_in(chromium, Photos(PHOTOS), viewport={"width": width, "height": height}) as (_, tab):
        tab.wait_for_pictures()
        tab.action("filter").click()
        fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert tab.page.evaluate(fits)
        for control in ("sign-out", "filter"):
            box = tab.action(control).bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        tab.tiles.first.click()
        tab.viewer.wait_for()
        for control in ("close", "trash", "download"):
            box = tab.action(control).bounding_box()
            assert box
            assert box["x"] + box["width"] <= width


def test_a_page_that_can_not_reach_the_service_at_first_can_be_tried_again(chromium: Chromium) -> None:
    with gallery(chromium, Photos(PHOTOS)) as (cloud, tab):
        tab.page.route("**/config.json", lambda route: route.abort())
        tab.open()
        tab.page.get_by_text("can’t be reached").wait_for()  # noqa: RUF001 - as the page says it
        tab.page.unroute("**/config.json")
        tab.action("retry").click()
        tab.sign_in(cloud.hosted_ui.username, cloud.hosted_ui.password)
        tab.wait_for_pictures()
