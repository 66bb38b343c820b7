"""A Motion Photo in the gallery: its video, which is a part of the original, plays while the photo is pressed."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.backup import Backup
from support.chromium import Chromium
from support.gallery.fixtures import DESKTOP, signed_in
from support.gallery.page import GalleryPage
from support.gallery.shelf import Photos, some_photos
from support.gallery.video import recorded_video
from support.motion_photos import JPEG_FORMATS, motion_photo
from support.pictures import encoded, quadrants

if TYPE_CHECKING:
    from playwright.sync_api import Request, Route

PLAYS = (
    "() => { const v = document.querySelector('dialog video'); return !v.paused && !v.hidden && v.currentTime > 0; }"
)
SHOWS_PICTURE = "() => document.querySelector('dialog video').hidden"


@pytest.fixture(scope="module")
def movie(chromium: Chromium) -> bytes:
    with chromium.page(**DESKTOP) as page:
        return recorded_video(page)


def ranges_of(tab: GalleryPage) -> list[str]:
    """The ranges of originals that the page asks for from now on."""
    ranges: list[str] = []

    def note(request: "Request") -> None:
        if "/original/" in request.url and request.method == "GET":
            ranges.append(request.headers.get("range", "all of it"))

    tab.page.on("request", note)
    return ranges


def open_first(tab: GalleryPage) -> None:
    tab.page.get_by_text("Live", exact=True).wait_for()
    tab.wait_for_pictures()
    (first, *_) = tab.order
    tab.tiles.first.click()
    tab.wait_for_view(first)


def press(tab: GalleryPage) -> None:
    tab.page.mouse.move(640, 400)
    tab.page.mouse.down()


@pytest.mark.timeout(900)
def test_a_motion_photo_of_each_maker_plays_from_its_own_original(
    chromium: Chromium, backup: Backup, movie: bytes
) -> None:
    backup.photos.mkdir(exist_ok=True)
    originals = {
        f"{name}.jpg": make(encoded(quadrants(900, 600), "JPEG"), movie) for name, make in JPEG_FORMATS.items()
    }
    for name, content in originals.items():
        (backup.photos / name).write_bytes(content)
    assert backup.sync(timeout=120.0).counts["stored"] == len(originals)
    with chromium.page(**DESKTOP) as page:
        tab = GalleryPage(page, f"{backup.stack.outputs.api_url}/").open()
        tab.sign_in(backup.account.username, backup.account.password)
        page.wait_for_function(f"() => document.querySelectorAll('[data-sha256] .badge').length === {len(originals)}")
        tab.wait_for_pictures()
        ranges = ranges_of(tab)
        tab.tiles.first.click()
        for number, sha256 in enumerate(tab.order):
            tab.wait_for_view(sha256)
            content = originals[backup.records()[sha256].filename]
            press(tab)
            page.wait_for_function(PLAYS)
            page.mouse.up()
            page.wait_for_function(SHOWS_PICTURE)
            start = content.index(movie)
            assert ranges[number:] == [f"bytes={start}-{start + len(movie) - 1}"]
            page.keyboard.press("ArrowRight")
        assert tab.errors == []


def test_a_part_is_loaded_once_and_a_failure_says_so(chromium: Chromium, movie: bytes) -> None:
    first, second = some_photos(2)
    content = motion_photo(encoded(quadrants(900, 600), "JPEG"), movie)
    part = {"motion_offset": len(content) - len(movie), "motion_size": len(movie)}
    huge = replace(second, fields={**part, "motion_size": 65 * 1024 * 1024})
    with signed_in(chromium, Photos([replace(first, original=content, fields=part), huge])) as (_, tab):
        open_first(tab)
        assert tab.page.get_by_text("Live", exact=True).count() == 1, "only of what may be loaded"

        def ignore_range(route: "Route") -> None:
            route.fulfill(status=200, body=content, headers={"Access-Control-Allow-Origin": "*"})

        tab.page.route("**/original/**", ignore_range)
        tab.action("play-live").click()
        tab.page.locator("dialog .trouble", has_text="200").wait_for()
        tab.page.unroute("**/original/**")
        tab.page.context.set_offline(True)
        tab.action("play-live").click()
        tab.page.locator("dialog .trouble", has_text="You are offline").wait_for()
        tab.page.context.set_offline(False)
        ranges = ranges_of(tab)
        for _ in range(2):
            press(tab)
            tab.page.wait_for_function(PLAYS)
            tab.page.mouse.up()
            tab.page.wait_for_function(SHOWS_PICTURE)
        assert len(ranges) == 1
