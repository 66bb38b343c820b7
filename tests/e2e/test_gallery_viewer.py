"""The gallery's viewer in a real browser: every way in, through and out, and back to the photo."""

import re
from dataclasses import replace

import pytest
from support.chromium import Chromium
from support.gallery.fixtures import PHONE, gallery, signed_in
from support.gallery.shelf import Photos, some_photos

PHOTOS = some_photos(120)

DECODED = """async (sha256) => {
    const isIt = ({ name }) => name.includes(`/web/me/${sha256}`);
    const loaded = () => performance.getEntriesByType("resource").find(isIt);
    while (!loaded()) await new Promise((resolve) => requestAnimationFrame(resolve));
    const image = Object.assign(new Image(), { crossOrigin: 'anonymous', src: loaded().name });
    await image.decode(); // comes after the page's own
    for (let frame = 0; frame < 3; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
}"""


def test_a_click_opens_a_photo_the_arrows_walk_and_escape_leads_back_to_the_photo(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (_, tab):
        tab.tile(PHOTOS[3].sha256).click()
        tab.wait_for_view(PHOTOS[3].sha256)
        for key, slot in [("ArrowRight", 4), ("ArrowRight", 5), ("ArrowLeft", 4)]:
            tab.page.keyboard.press(key)
            tab.wait_for_view(PHOTOS[slot].sha256)
            tab.page.wait_for_url(f"**#/photo/{PHOTOS[slot].sha256[:12]}")
        for _ in range(60):
            tab.action("next").click()
        tab.wait_for_photo(PHOTOS[64].sha256)
        tab.page.keyboard.press("Escape")
        tab.wait_until_closed(PHOTOS[64].sha256)
        box = tab.tile(PHOTOS[64].sha256).bounding_box()
        assert box
        assert 56 <= box["y"] < 800


def test_back_and_forward_and_reload_and_a_link_show_the_photo_that_they_name(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (cloud, tab):
        tab.tile(PHOTOS[2].sha256).click()
        tab.wait_for_view(PHOTOS[2].sha256)
        tab.page.go_back()
        tab.wait_until_closed(PHOTOS[2].sha256)
        tab.page.go_forward()
        tab.wait_for_view(PHOTOS[2].sha256)
        tab.page.reload()
        tab.wait_for_view(PHOTOS[2].sha256)
        tab.action("close").click()
        tab.wait_until_closed(PHOTOS[2].sha256)
        tab.page.goto(f"{cloud.url}#/photo/{PHOTOS[100].sha256[:12]}")
        tab.wait_for_view(PHOTOS[100].sha256)
        tab.page.keyboard.press("Escape")
        tab.wait_until_closed(PHOTOS[100].sha256)
        assert tab.page.url == f"{cloud.url}#/"


def test_a_link_to_a_photo_that_is_not_there_says_so(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (_, tab):
        tab.wait_for_pictures()
        tab.open("#/photo/ffffffffffff")
        tab.page.get_by_text("in your library").wait_for()
        assert tab.viewer.count() == 0


def test_the_next_photo_is_on_the_screen_at_once_because_it_was_fetched_before(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (cloud, tab):
        tab.wait_for_worker()
        tab.tile(PHOTOS[3].sha256).click()
        tab.wait_for_view(PHOTOS[3].sha256)
        tab.wait_until(lambda: ("GET", f"/web/me/{PHOTOS[4].sha256}.webp") in cloud.bucket.requests, "a preload")
        tab.page.evaluate(DECODED, PHOTOS[4].sha256)
        tab.page.keyboard.press("ArrowRight")
        shown = tab.page.evaluate(
            "[document.querySelector('dialog img').src, document.querySelector('dialog img').complete]"
        )
        assert f"/web/me/{PHOTOS[4].sha256}" in shown[0]
        assert shown[1]
        assert cloud.bucket.requests.count(("GET", f"/web/me/{PHOTOS[4].sha256}.webp")) == 1


def test_details_tell_time_in_the_photos_zone_camera_exposure_and_place_without_asking_anybody(
    chromium: Chromium,
) -> None:
    fields = {
        "lens": "Sigma 50mm F1.4",
        "f_number": 1.4,
        "exposure_time": 0.004,
        "iso": 200,
        "focal_length": 50,
        "latitude": 38.7223,
        "longitude": -9.1393,
    }
    with signed_in(chromium, Photos([replace(PHOTOS[0], fields=fields)]), timezone_id="Asia/Tokyo") as (_, tab):
        asked: list[str] = []
        tab.page.on("request", lambda request: asked.append(request.url))
        tab.tiles.first.click()
        details = tab.open_details()
        for text in ["18:00:00 UTC+02:00", "Google Pixel 8", "Sigma 50mm", "ƒ/1.4 · 1/250 s · ISO 200 · 50 mm"]:
            assert text in details
        for text in ["IMG_0000.jpg", "3024 · 12.2 MP · 2.3 MB", "laptop:Pictures/IMG_0000.jpg"]:
            assert text in details
        link = tab.page.locator("#details a")
        assert re.search(r"openstreetmap\.org/\?mlat=38\.72230&mlon=-9\.13930", link.get_attribute("href") or "")
        assert not any("openstreetmap" in url for url in asked)


def test_names_with_markup_and_bidi_characters_are_text_and_nothing_else(chromium: Chromium) -> None:
    name = "<img src=x onerror=alert(1)>\u202egpj.exe"
    camera = "<script>alert(1)</script> & \u2067"
    odd = replace(PHOTOS[0], filename=name, fields={"camera": camera, "description": "<b>bold</b>"})
    with signed_in(chromium, Photos([odd, replace(PHOTOS[1], filename=name, status="no-preview")])) as (_, tab):
        tab.wait_for_pictures()
        assert tab.page.locator(".no-picture bdi").inner_text() == name
        tab.tile(odd.sha256).click()
        tab.open_details()
        assert [camera, name] == [
            each for each in tab.page.locator("#details bdi").all_inner_texts() if each in (camera, name)
        ]
        assert tab.page.locator("#details b, #details script, #details img").count() == 0


def test_a_photo_without_preview_is_an_honest_tile_and_says_why(chromium: Chromium) -> None:
    raw = replace(PHOTOS[0], filename="DSC_1.NEF", status="no-preview", fields={"reason": "its format is unknown"})
    with signed_in(chromium, Photos([raw])) as (_, tab):
        tab.wait_for_pictures()
        assert "DSC_1.NEF" in tab.tiles.first.inner_text()
        assert "No preview: its format is unknown" in tab.tiles.first.inner_text()
        tab.tiles.first.click()
        tab.viewer.get_by_text("its format is unknown").wait_for()
        assert tab.action("download").is_enabled()


def test_a_lost_thumbnail_is_said_to_be_lost(chromium: Chromium) -> None:
    with gallery(chromium, Photos(PHOTOS[:5])) as (cloud, tab):
        cloud.bucket.lost.add(PHOTOS[1].sha256)
        tab.open().sign_in(cloud.hosted_ui.username, cloud.hosted_ui.password)
        tab.page.get_by_text("be loaded").wait_for()
        assert "IMG_0001.jpg" in tab.tile(PHOTOS[1].sha256).inner_text()


def test_an_address_that_has_expired_is_fetched_anew_and_nobody_notices(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (cloud, tab):
        tab.wait_for_pictures()
        cloud.bucket.epoch += 1
        tab.tile(PHOTOS[4].sha256).click()
        tab.wait_for_view(PHOTOS[4].sha256)
        assert tab.page.locator(".trouble:visible").count() == 0
        tab.page.keyboard.press("Escape")
        tab.wait_until_closed(PHOTOS[4].sha256)
        tab.scroll_to_end()
        tab.wait_for_pictures()
        assert tab.page.locator(".no-picture").count() == 0


def test_a_photo_is_downloaded_under_its_name(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS[:3])) as (_, tab):
        tab.tiles.first.click()
        with tab.page.expect_download() as download:
            tab.action("download").click()
        assert download.value.suggested_filename == "IMG_0000.jpg"
        assert tab.viewer.count() == 1


def test_a_favorite_is_one_at_once_and_after_a_reload(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS[:3])) as (cloud, tab):
        tab.tiles.first.click()
        tab.action("favorite").click()
        pressed = tab.page.locator('[data-action="favorite"][aria-pressed="true"]')
        pressed.wait_for()
        tab.wait_until(lambda: bool(cloud.photos.all[0].fields.get("favorite")), "the cloud keeping it")
        tab.page.reload()
        pressed.wait_for()
        tab.action("close").click()
        tab.tile(PHOTOS[0].sha256).get_by_text("♥").wait_for()


def test_a_photo_goes_into_the_trash_the_next_one_is_shown_and_undo_brings_it_back(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS[:20])) as (cloud, tab):
        tab.tile(PHOTOS[3].sha256).click()
        tab.action("trash").click()
        tab.hold_undo()
        tab.wait_for_photo(PHOTOS[4].sha256)
        assert PHOTOS[3].sha256 in cloud.api.trash
        tab.page.keyboard.press("Escape")
        tab.wait_until_closed(PHOTOS[4].sha256)
        tab.tile(PHOTOS[3].sha256).wait_for(state="detached")
        tab.page.get_by_text("IMG_0003.jpg is in the trash").wait_for()
        tab.action("undo").click()
        tab.wait_for_order(*(photo.sha256 for photo in PHOTOS[:6]))
        assert cloud.api.trash == {}


def test_a_deletion_that_needs_a_fresh_sign_in_goes_on_after_it(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS[:20])) as (cloud, tab):
        asked: list[str] = []
        tab.page.on("request", lambda request: asked.append(request.url))
        cloud.hosted_ui.ask_for_fresh()
        tab.tile(PHOTOS[3].sha256).click()
        tab.action("trash").click()
        tab.action("signInAgain").click()
        assert cloud.api.trash == {}
        tab.sign_in_form(cloud.hosted_ui.username, cloud.hosted_ui.password)
        tab.page.get_by_text("IMG_0003.jpg is in the trash").wait_for()
        assert list(cloud.api.trash) == [PHOTOS[3].sha256]
        authorize = next(url for url in asked if "/oauth2/authorize" in url)
        assert "prompt=login" in authorize
        assert "max_age=0" in authorize
        tab.wait_for_photo(PHOTOS[4].sha256)


def test_a_fresh_sign_in_of_another_person_deletes_nothing(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS[:20])) as (cloud, tab):
        cloud.hosted_ui.ask_for_fresh()
        tab.tile(PHOTOS[3].sha256).click()
        tab.action("trash").click()
        tab.action("signInAgain").click()
        cloud.hosted_ui.subject = "sub-of-bob"
        tab.page.locator("input[name=username]").wait_for()
        cloud.live.subscriptions.clear()
        tab.sign_in_form(cloud.hosted_ui.username, cloud.hosted_ui.password)
        tab.wait_for_photo(PHOTOS[3].sha256)
        tab.wait_until(lambda: bool(cloud.live.subscriptions), "the page being through with the sign-in")
        assert cloud.api.trash == {}
        assert cloud.api.counts["DELETE photos"] == 1


def test_the_last_photo_of_all_can_be_deleted_too(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS[:1])) as (_, tab):
        tab.tiles.first.click()
        tab.action("trash").click()
        tab.hold_undo()
        tab.page.get_by_text("No photos yet").wait_for()
        tab.viewer.wait_for(state="detached")
        tab.action("undo").click()
        tab.tile(PHOTOS[0].sha256).wait_for()


def test_the_wheel_zooms_and_a_double_click_does_and_undoes_it(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (_, tab):
        tab.tiles.first.click()
        tab.wait_for_view(PHOTOS[0].sha256)
        transform = "getComputedStyle(document.querySelector('dialog img')).transform"
        tab.page.mouse.move(700, 300)
        tab.page.mouse.wheel(0, -500)
        tab.wait_until(lambda: "matrix(2.7" in tab.page.evaluate(transform), "the zoom")
        tab.page.mouse.dblclick(700, 300)
        tab.wait_until(lambda: tab.page.evaluate(transform) == "none", "the end of the zoom")
        tab.page.mouse.dblclick(700, 300)
        tab.wait_until(lambda: "matrix(2.5" in tab.page.evaluate(transform), "the zoom")
        tab.page.keyboard.press("ArrowRight")
        tab.wait_for_photo(PHOTOS[1].sha256)
        assert tab.page.evaluate(transform) == "none"


@pytest.mark.parametrize(("to", "slot"), [((60, 400), 4), ((300, 400), 2), ((180, 700), None)])
def test_a_swipe_leads_on_or_back_or_closes(chromium: Chromium, to: tuple[int, int], slot: int | None) -> None:
    with signed_in(chromium, Photos(PHOTOS), **PHONE) as (_, tab):
        tab.tile(PHOTOS[3].sha256).tap()
        tab.wait_for_view(PHOTOS[3].sha256)
        tab.page.mouse.move(180, 400)
        tab.page.mouse.down()
        tab.page.mouse.move(*to, steps=4)
        tab.page.mouse.up()
        if slot is None:
            tab.viewer.wait_for(state="detached")
        else:
            tab.wait_for_photo(PHOTOS[slot].sha256)


def test_two_fingers_zoom(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS), **PHONE) as (_, tab):
        tab.tile(PHOTOS[0].sha256).tap()
        tab.wait_for_view(PHOTOS[0].sha256)
        session = tab.page.context.new_cdp_session(tab.page)

        def touch(kind: str, *places: tuple[int, int]) -> None:
            points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        touch("touchStart", (150, 400), (210, 400))
        for spread in range(1, 6):
            touch("touchMove", (150 - 10 * spread, 400), (210 + 10 * spread, 400))
        touch("touchEnd")
        scale = "new DOMMatrix(getComputedStyle(document.querySelector('dialog img')).transform).a"
        tab.wait_until(lambda: tab.page.evaluate(scale) == pytest.approx(160 / 60, rel=0.1), "the zoom")
