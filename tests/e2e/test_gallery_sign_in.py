"""Signing in and out of the gallery in a real browser, and what becomes of tokens."""

import re

import pytest
from support.chromium import Chromium
from support.gallery.fixtures import gallery, signed_in
from support.gallery.page import GalleryPage
from support.gallery.shelf import Photos, some_photos

PHOTOS = some_photos(120)
SIGN_IN = "Sign in to see them"


def kept_texts(tab: GalleryPage) -> str:
    """All that the tab's storages hold, as one text."""
    return tab.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")


def test_nothing_is_shown_to_strangers(chromium: Chromium) -> None:
    with gallery(chromium, Photos(PHOTOS)) as (cloud, tab):
        tab.open()
        tab.page.get_by_text(SIGN_IN).wait_for()
        assert tab.tiles.count() == 0
        assert tab.action("sign-out").count() == 0
        assert cloud.api.counts.total() == 0


def test_a_sign_in_leads_back_to_where_one_was_and_leaves_nothing_in_the_address(chromium: Chromium) -> None:
    with gallery(chromium, Photos(PHOTOS)) as (cloud, tab):
        asked: list[str] = []
        tab.page.on("request", lambda request: asked.append(request.url))
        tab.open(f"#/photo/{PHOTOS[7].sha256[:12]}")
        tab.sign_in(cloud.hosted_ui.username, cloud.hosted_ui.password)
        tab.wait_for_photo(PHOTOS[7].sha256)
        assert tab.page.url == f"{cloud.url}#/photo/{PHOTOS[7].sha256[:12]}"
        authorize = next(url for url in asked if "/oauth2/authorize" in url)
        for part in ("code_challenge_method=S256", "state=", "nonce=", "response_type=code"):
            assert part in authorize
        assert "attempt" not in kept_texts(tab)


def test_the_id_token_is_in_no_storage_and_in_no_address(chromium: Chromium) -> None:
    with gallery(chromium, Photos(PHOTOS)) as (cloud, tab):
        seen: list[str] = []
        tokens: list[str] = []
        tab.page.on("request", lambda request: seen.append(request.url))
        tab.page.on("request", lambda request: tokens.append(request.headers.get("authorization", "")))
        tab.open().sign_in(cloud.hosted_ui.username, cloud.hosted_ui.password)
        tab.wait_for_pictures()
        token = next(text for text in tokens if text).removeprefix("Bearer ")
        assert token not in kept_texts(tab)
        assert not any(token in url for url in seen)


@pytest.mark.parametrize("query", ["?code=stolen&state=forged", "?error=access_denied&state=forged"])
def test_an_answer_that_nobody_has_asked_for_is_not_taken(chromium: Chromium, query: str) -> None:
    with gallery(chromium, Photos(PHOTOS)) as (cloud, tab):
        redeemed: list[str] = []
        tab.page.on("request", lambda request: redeemed.append(request.url) if "oauth2/token" in request.url else None)
        tab.open(query)
        tab.page.get_by_text(SIGN_IN).wait_for()
        assert redeemed == []
        assert tab.page.url == cloud.url


@pytest.mark.parametrize(
    "claims", [{"nonce": "another"}, {"iss": "https://evil.example"}, {"aud": "another"}, {"token_use": "access"}]
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(chromium: Chromium, claims: dict[str, str]) -> None:
    with gallery(chromium, Photos(PHOTOS)) as (cloud, tab):
        cloud.hosted_ui.claims = claims
        tab.open().action("sign-in").click()
        tab.page.fill("input[name=username]", cloud.hosted_ui.username)
        tab.page.fill("input[name=password]", cloud.hosted_ui.password)
        tab.page.click("button[type=submit]")
        tab.page.get_by_text("unexpected answer").wait_for()
        assert tab.tiles.count() == 0
        assert cloud.api.counts.total() == 0


def test_a_reload_needs_no_sign_in(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (_, tab):
        tab.wait_for_pictures()
        tab.page.reload()
        tab.wait_for_pictures()
        assert tab.action("sign-in").count() == 0


def test_a_token_that_ends_while_one_scrolls_is_renewed_and_nobody_notices(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (cloud, tab):
        tab.wait_for_pictures()
        cloud.hosted_ui.end_id_tokens()
        tab.scroll_to_end()
        tab.wait_for_pictures()
        assert tab.page.inner_text("#notices") == ""


def test_a_token_is_renewed_before_it_ends_whatever_the_clock_says(chromium: Chromium) -> None:
    with gallery(chromium, Photos(PHOTOS)) as (cloud, tab):
        cloud.hosted_ui.token_seconds = 600
        renewed: list[str] = []
        tab.page.on(
            "request", lambda request: renewed.append(request.post_data or "") if "token" in request.url else None
        )
        tab.page.clock.set_system_time("1999-01-01")
        tab.open().sign_in(cloud.hosted_ui.username, cloud.hosted_ui.password)
        tab.wait_for_pictures()
        assert not any("refresh_token" in body for body in renewed)
        tab.page.clock.fast_forward("09:00")
        tab.wait_until(lambda: any("refresh_token" in body for body in renewed), "a renewal")


def test_a_session_that_was_ended_elsewhere_shows_nothing_any_more_and_says_why(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (cloud, tab):
        tab.wait_for_pictures()
        cloud.hosted_ui.end_sessions()
        tab.page.mouse.move(300, 300)
        tab.page.mouse.wheel(0, 4000)
        tab.page.get_by_text("Your session has ended").wait_for()
        assert tab.tiles.count() == 0
        tab.sign_in(cloud.hosted_ui.username, cloud.hosted_ui.password)
        tab.wait_for_pictures()


def test_a_sign_out_ends_it_here_in_the_other_tab_and_at_the_hosted_ui_and_keeps_nothing(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (cloud, tab):
        tab.wait_for_pictures()
        other = GalleryPage(tab.page.context.new_page(), cloud.url).open()
        other.action("sign-in").click()
        other.wait_for_pictures()
        for each in (tab, other):
            each.wait_for_records()
            each.wait_until_kept()
        tab.action("sign-out").click()
        tab.page.get_by_text("You are signed out").wait_for()
        other.page.get_by_text("You are signed out").wait_for()
        assert tab.tiles.count() == other.tiles.count() == 0
        assert len(cloud.hosted_ui.revoked) == 1
        assert re.fullmatch(r"\[\{\},\{\},\"\"\]", kept_texts(tab))
        assert tab.page.evaluate("caches.has('thumbs')") is False
        records = "new Promise((done) => { const ask = indexedDB.open('photobak'); ask.onsuccess = () => {"
        records += (
            "ask.result.transaction('photos').objectStore('photos').count().onsuccess = (e) => done(e.target.result)}})"
        )
        assert tab.page.evaluate(records) == 0
        # What the service worker was still keeping meanwhile goes once the hosted UI has led back.
        tab.page.evaluate("caches.open('thumbs').then(() => sessionStorage.setItem('photobak.signed-out', 'yes'))")
        tab.page.reload()
        tab.page.get_by_text("You are signed out").wait_for()
        assert tab.page.evaluate("caches.has('thumbs')") is False
        tab.action("sign-in").click()
        tab.page.locator("input[name=password]").wait_for()


def test_another_person_sees_nothing_of_the_one_before(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(PHOTOS)) as (cloud, tab):
        tab.wait_for_pictures()
        cloud.hosted_ui.subject = "sub-of-bob"
        cloud.shelf = Photos(PHOTOS[:1])
        tab.page.evaluate("sessionStorage.clear()")
        tab.page.reload()
        tab.action("sign-in").click()
        tab.action("sign-out").wait_for()
        tab.wait_for_pictures()
        assert tab.tiles.count() == 1
        tab.wait_until_kept()
        tab.page.context.set_offline(True)
        tab.page.reload()
        tab.tiles.first.wait_for()
        assert tab.page.locator(".tile").count() == 1
        tab.page.context.set_offline(False)


def test_the_page_may_not_be_framed(chromium: Chromium) -> None:
    with gallery(chromium, Photos(PHOTOS)) as (cloud, tab):
        tab.page.set_content(f'<iframe src="{cloud.url}"></iframe>')
        frame = tab.page.frames[1]
        tab.wait_until(lambda: frame.url.startswith("chrome-error:"), "the refusal")
        assert frame.locator("header").count() == 0
        tab.errors.clear()
