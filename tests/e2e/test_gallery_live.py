"""The gallery hears of what happens elsewhere, works without network, and finds photos: in a real browser."""

from dataclasses import replace
from datetime import timedelta

from support.chromium import Chromium
from support.gallery.fixtures import gallery, signed_in
from support.gallery.page import GalleryPage
from support.gallery.shelf import START, Photos, Shown, some_photos

PHOTOS = some_photos(120)


def new_photo(number: int, days: float = 0.0) -> Shown:
    return Shown(sha256=f"{number:064x}", taken_at=START - timedelta(days=days), filename=f"NEW_{number}.jpg")


def test_a_photo_that_is_stored_elsewhere_appears_in_its_place_and_one_that_is_deleted_goes(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (cloud, tab):
        tab.wait_for_pictures()
        tab.wait_until(lambda: bool(cloud.live.subscriptions), "the subscription")
        between = new_photo(1, days=4)
        cloud.photos.add(between)
        cloud.live.tell(between, "stored")
        tab.wait_for_order(PHOTOS[0].sha256, PHOTOS[1].sha256, between.sha256, PHOTOS[2].sha256)
        cloud.photos.remove(PHOTOS[1].sha256)
        cloud.live.tell(PHOTOS[1], "trashed")
        tab.wait_for_order(PHOTOS[0].sha256, between.sha256, PHOTOS[2].sha256)


def test_what_comes_in_above_moves_nothing_that_is_looked_at(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (cloud, tab):
        tab.scroll_to(2500)
        seen = tab.page.evaluate("document.elementFromPoint(300, 400).closest('[data-sha256]').dataset.sha256")
        before = tab.tile(seen).bounding_box()
        tab.wait_until(lambda: bool(cloud.live.subscriptions), "the subscription")
        for number in range(20):
            cloud.photos.add(new_photo(number))
            cloud.live.tell(new_photo(number), "stored")
        tab.wait_until(lambda: tab.page.inner_text("#end").endswith("140 photos."), "the new photos")
        tab.wait_for_pictures()
        after = tab.tile(seen).bounding_box()
        assert before
        assert after
        assert abs(before["y"] - after["y"]) <= 2
        assert tab.shifted == 0


def test_what_was_missed_while_the_line_was_lost_is_caught_up_with(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (cloud, tab):
        tab.wait_for_pictures()
        tab.wait_until(lambda: bool(cloud.live.subscriptions), "the subscription")
        cloud.photos.add(new_photo(1))
        cloud.live.tell(new_photo(1), "stored")
        tab.tile(new_photo(1).sha256).wait_for()
        cloud.live.hang_up()
        cloud.photos.add(new_photo(2))
        cloud.live.tell(new_photo(2), "stored")
        tab.tile(new_photo(2).sha256).wait_for()
        assert cloud.live.subscriptions[-1]["after"] >= f"{1:040}"


def test_two_tabs_show_the_same(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (cloud, tab):
        other = GalleryPage(tab.page.context.new_page(), cloud.url).open()
        other.action("sign-in").click()
        other.wait_for_pictures()
        other.wait_until(lambda: len(cloud.live.subscriptions) >= 2, "both subscriptions")
        tab.tile(PHOTOS[2].sha256).click()
        tab.action("trash").click()
        tab.hold_undo()
        other.tile(PHOTOS[2].sha256).wait_for(state="detached")
        tab.action("undo").click()
        other.tile(PHOTOS[2].sha256).wait_for()
        assert other.errors == []


def test_offline_what_was_seen_is_still_shown_and_online_again_it_goes_on(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (_cloud, tab):
        tab.wait_for_pictures()
        tab.wait_until_kept()
        tab.page.context.set_offline(True)
        tab.page.reload()
        tab.wait_for_pictures()
        tab.page.get_by_text("You are offline").wait_for()
        tab.wait_for_order(PHOTOS[0].sha256)
        tab.tiles.first.click()
        tab.page.wait_for_function("() => document.querySelector('dialog[open] img').naturalWidth > 0")
        tab.page.keyboard.press("Escape")
        tab.wait_until_closed(PHOTOS[0].sha256)
        tab.page.context.set_offline(False)
        tab.action("sign-out").wait_for()
        tab.scroll_to_end()
        tab.wait_for_pictures()
        tab.wait_until(lambda: tab.page.inner_text("#notices") == "", "the notice going")
        tab.errors[:] = [error for error in tab.errors if "ERR_INTERNET_DISCONNECTED" not in error]


def test_a_second_visit_asks_the_bucket_for_no_thumbnail_again(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (cloud, tab):
        tab.wait_for_pictures()
        tab.wait_for_records()
        tab.wait_until_kept()
        cloud.bucket.requests.clear()
        cloud.bucket.epoch += 1
        tab.page.reload()
        tab.wait_for_pictures()
        assert [path for _, path in cloud.bucket.requests if path.startswith("/thumb/")] == []
        kept = tab.page.evaluate(
            "caches.open('thumbs').then((cache) => cache.keys()).then((all) => all.map((each) => each.url))"
        )
        assert kept
        assert not any("?" in url or "Signature" in url for url in kept)


def test_a_full_disk_keeps_less_and_shows_all(chromium: Chromium) -> None:
    with gallery(chromium, Photos(PHOTOS)) as (cloud, tab):
        session = tab.page.context.new_cdp_session(tab.page)
        origin = cloud.url.removesuffix("/")
        session.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 30_000})
        tab.open().sign_in(cloud.hosted_ui.username, cloud.hosted_ui.password)
        tab.wait_for_pictures()
        tab.wait_for_worker()
        tab.page.reload()
        tab.scroll_to_end()
        tab.wait_for_pictures()
        assert tab.page.locator(".no-picture").count() == 0


def test_an_api_that_is_out_of_reach_is_tried_again(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (cloud, tab):
        tab.wait_for_pictures()
        cloud.api.broken = True
        tab.page.mouse.move(300, 400)
        tab.page.mouse.wheel(0, 5000)
        tab.page.get_by_text("broken").first.wait_for()
        cloud.api.broken = False
        tab.scroll_to_end()
        tab.wait_for_last(PHOTOS[-1].sha256)
        tab.wait_for_pictures()


def test_a_filter_finds_and_the_address_holds_it(chromium: Chromium) -> None:
    named = [
        replace(photo, fields={"camera": "Nikon D750"}) if number % 3 else photo for number, photo in enumerate(PHOTOS)
    ]
    with signed_in(chromium, Photos(named)) as (_cloud, tab):
        tab.wait_for_pictures()
        tab.action("filter").click()
        tab.page.fill('[name="camera"]', "nikon")
        tab.page.fill('[name="until"]', "2024-03-01")
        tab.page.keyboard.press("Enter")
        tab.page.wait_for_url("**#/?*camera=nikon*")
        expected = [
            photo.sha256 for photo in named if "camera" in photo.fields and f"{photo.taken_at:%F}" <= "2024-03-01"
        ]
        tab.scroll_to_end()
        tab.page.get_by_text(f"all: {len(expected)} photos.").wait_for()
        tab.wait_for_last(expected[-1])
        tab.tile(expected[-2]).click()
        tab.wait_for_photo(expected[-2])
        tab.page.keyboard.press("ArrowRight")
        tab.wait_for_photo(expected[-1])
        assert tab.action("next").is_disabled()
        tab.page.reload()
        tab.wait_for_photo(expected[-1])
        tab.page.keyboard.press("Escape")
        tab.wait_until_closed(expected[-1])
        tab.page.get_by_text(f"all: {len(expected)} photos.").wait_for()  # each of them once
        assert tab.page.input_value('[name="camera"]') == "nikon"
        tab.action("clear-filter").click()
        tab.tile(PHOTOS[0].sha256).wait_for()
        tab.page.go_back()
        tab.wait_for_order(expected[0])


def test_what_finds_nothing_says_so(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (_, tab):
        tab.wait_for_pictures()
        tab.open("#/?name=nowhere")
        tab.page.get_by_text("No photos match").wait_for()
        assert tab.page.input_value('[name="name"]') == "nowhere"
