"""Videos, live photos and placeholders in the gallery, in a real browser."""

import base64
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from support.chromium import Chromium
from support.gallery.fixtures import DESKTOP, gallery, signed_in
from support.gallery.page import GalleryPage
from support.gallery.shelf import Photos, Shown, some_photos
from support.gallery.video import recorded_video

if TYPE_CHECKING:
    from playwright.sync_api import Route

PHOTOS = some_photos(6)
HASH = base64.b64encode(bytes.fromhex("3008d60d86a5897477878887a5807f8708a7f8")).decode()
"""A ThumbHash of a reddish picture."""
PLAYING = "(() => { const video = document.querySelector('dialog video'); return !video.paused && !video.hidden; })()"


@pytest.fixture(scope="module")
def video(chromium: Chromium) -> bytes:
    with chromium.page(**DESKTOP) as page:
        return recorded_video(page)


def film(content: bytes, number: int = 0, **fields: object) -> Shown:
    """A video of the library, with a poster."""
    known = {"duration": 65.4, **fields}
    photo = PHOTOS[number]
    return replace(photo, kind="video", content_type="video/mp4", filename="VID_1.mp4", original=content, fields=known)


def test_a_video_has_a_poster_and_its_length_and_is_played_by_ranges(chromium: Chromium, video: bytes) -> None:
    shelf = Photos([film(video), *PHOTOS[1:]])
    with signed_in(chromium, shelf) as (cloud, tab):
        ranges: list[str] = []
        tab.page.on(
            "request",
            lambda each: ranges.append(each.all_headers().get("range", "")) if "/original/" in each.url else None,
        )
        tab.wait_for_pictures()
        assert "▶ 1:05" in tab.tiles.first.inner_text()
        assert tab.page.locator("img[alt^='Video VID_1.mp4']").count() == 1
        tab.tiles.first.click()
        tab.page.wait_for_function("() => document.querySelector('dialog video').readyState >= 1")
        assert tab.page.evaluate("document.querySelector('dialog video').controls")
        assert "/web/" in tab.page.evaluate("document.querySelector('dialog video').poster")
        tab.page.evaluate("document.querySelector('dialog video').play()")
        tab.page.wait_for_function("() => document.querySelector('dialog video').currentTime > 0.2")
        tab.wait_until(lambda: bool(ranges), "a request for a range")
        assert all(each.startswith("bytes=") for each in ranges)
        tab.page.keyboard.press("ArrowRight")
        tab.wait_for_photo(PHOTOS[1].sha256)
        assert tab.page.evaluate("document.querySelector('dialog video').hasAttribute('src')") is False
        assert cloud.bucket.requests.count(("GET", f"/original/me/{PHOTOS[0].sha256}.bin")) >= 1


def test_a_video_that_the_browser_can_not_decode_says_so_and_offers_the_download(
    chromium: Chromium, video: bytes
) -> None:
    unknown = (
        video.replace(b"vp09", b"hvc1").replace(b"avc1", b"hvc1").replace(b"vpcC", b"hvcC").replace(b"avcC", b"hvcC")
    )
    assert unknown != video
    with signed_in(chromium, Photos([film(unknown), *PHOTOS[1:]])) as (_, tab):
        tab.tiles.first.click()
        tab.page.get_by_text("play this video").wait_for()
        assert tab.page.evaluate("document.querySelector('dialog video').hidden")
        with tab.page.expect_download() as download:
            tab.action("download").click()
        assert download.value.suggested_filename == "VID_1.mp4"
        tab.page.keyboard.press("ArrowRight")
        tab.wait_for_photo(PHOTOS[1].sha256)
        assert tab.page.locator("dialog .trouble").is_hidden()


def live_photo(video: bytes) -> Photos:
    """A photo whose video half is in the bucket, and not in the timeline."""
    half = film(video, number=5)

    class Library(Photos):
        def get(self, sha256: str) -> Shown | None:
            return half if sha256 == half.sha256 else super().get(sha256)

    return Library([replace(PHOTOS[0], fields={"motion": half.sha256}), *PHOTOS[1:5]])


def open_live(tab: GalleryPage) -> None:
    assert "Live" in tab.tiles.first.inner_text()
    tab.tiles.first.click()
    tab.wait_for_view(PHOTOS[0].sha256)


def test_a_live_photo_plays_while_it_is_pressed(chromium: Chromium, video: bytes) -> None:
    with signed_in(chromium, live_photo(video)) as (_, tab):
        tab.wait_for_pictures()
        open_live(tab)
        tab.page.mouse.move(640, 400)
        tab.page.mouse.down()
        tab.wait_until(lambda: bool(tab.page.evaluate(PLAYING)), "the video")
        tab.page.mouse.up()
        tab.wait_until(lambda: bool(tab.page.evaluate("document.querySelector('dialog video').hidden")), "the picture")
        assert tab.shown == PHOTOS[0].sha256


def test_a_live_photo_is_played_by_keyboard_too(chromium: Chromium, video: bytes) -> None:
    with signed_in(chromium, live_photo(video)) as (_, tab):
        tab.wait_for_pictures()
        open_live(tab)
        tab.action("play-live").focus()
        tab.page.keyboard.press("Enter")
        tab.wait_until(lambda: bool(tab.page.evaluate(PLAYING)), "the video")


def test_a_placeholder_stands_in_until_the_thumbnail_is_there(chromium: Chromium) -> None:
    photos = [replace(photo, fields={"thumbhash": HASH}) for photo in PHOTOS[:3]]
    broken = replace(PHOTOS[3], fields={"thumbhash": "!!"})
    with gallery(chromium, Photos([*photos, broken]), service_workers="block") as (cloud, tab):
        held: list[Route] = []
        tab.page.route("**/thumb/**", lambda route: held.append(route))
        tab.open().sign_in(cloud.hosted_ui.username, cloud.hosted_ui.password)
        background = "document.querySelector('.tile').style.backgroundImage"
        tab.wait_until(lambda: "data:image/png" in str(tab.page.evaluate(background)), "the placeholder")
        text = str(tab.page.evaluate(background)).partition("base64,")[2].rpartition('"')[0]
        assert Image.open(BytesIO(base64.b64decode(text))).size[0] <= 32
        assert tab.tiles.count() == 4
        tab.wait_until(lambda: len(held) >= 4, "the thumbnails being asked for")
        tab.page.unroute("**/thumb/**")
        tab.wait_for_pictures()
        tab.wait_until(lambda: tab.page.evaluate(background) == "", "the thumbnail alone")
        tab.errors[:] = [error for error in tab.errors if "Service Worker" not in error]
