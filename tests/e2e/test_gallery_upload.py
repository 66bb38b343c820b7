"""Uploads from the gallery in a real browser: each file ends stored, or with the reason why not."""

import hashlib
import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from support.chromium import Chromium
from support.gallery.fixtures import gallery, signed_in
from support.gallery.page import GalleryPage
from support.gallery.shelf import Photos, some_photos

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Route


def jpeg(colour: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (640, 480), (colour, 80, 120)).save(file, "JPEG")
    return file.getvalue()


def picked(name: str, content: bytes, kind: str = "image/jpeg") -> dict[str, Any]:
    return {"name": name, "mimeType": kind, "buffer": content}


def upload(tab: GalleryPage, *files: dict[str, Any]) -> None:
    tab.page.set_input_files('[data-action="upload"]', list(files))


def state_of(tab: GalleryPage, name: str, state: str) -> None:
    tab.page.locator("#uploads li", has_text=name).get_by_text(state).wait_for()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_several_files_at_once_appear_in_their_place(chromium: Chromium) -> None:
    files = [jpeg(colour) for colour in range(0, 100, 10)]
    with signed_in(chromium, Photos(some_photos(30))) as (cloud, tab):
        upload(tab, *(picked(f"new {number}.jpg", content) for number, content in enumerate(files)))
        for number, content in enumerate(files):
            state_of(tab, f"new {number}.jpg", "Stored")
            tab.tile(sha256(content)).wait_for()
        tab.page.get_by_text("10 files done").wait_for()
        kept = cloud.photos.get(sha256(files[0]))
        assert kept
        assert kept.original == files[0]
        assert kept.fields["sources"] == ["gallery:new 0.jpg"]


def test_what_is_there_already_is_said_to_be_and_not_sent(chromium: Chromium) -> None:
    content = jpeg(1)
    with signed_in(chromium, Photos(some_photos(3))) as (cloud, tab):
        upload(tab, picked("one.jpg", content))
        state_of(tab, "one.jpg", "Stored")
        upload(tab, picked("copy.jpg", content))
        state_of(tab, "copy.jpg", "Already in your library")
        assert cloud.bucket.requests.count(("POST", "/")) == 1
        cloud.api.trash[sha256(content)] = cloud.photos.remove(sha256(content)) or some_photos(1)[0]
        upload(tab, picked("trashed.jpg", content))
        state_of(tab, "trashed.jpg", "In your trash")


@pytest.mark.parametrize(
    ("name", "content", "kind", "why"),
    [
        ("notes.txt", b"hello", "text/plain", "Not a photo or video"),
        ("page.svg", b"<svg/>", "image/svg+xml", "Not a photo or video"),
        ("empty.jpg", b"", "image/jpeg", "The file is empty"),
    ],
)
def test_what_is_no_photo_is_named_and_takes_nobody_along(
    chromium: Chromium, name: str, content: bytes, kind: str, why: str
) -> None:
    with signed_in(chromium, Photos(some_photos(3))) as (cloud, tab):
        upload(tab, picked(name, content, kind), picked("good.jpg", jpeg(2)))
        state_of(tab, name, why)
        state_of(tab, "good.jpg", "Stored")
        assert set(cloud.api.names) == {"good.jpg"}


def test_a_damaged_photo_is_still_somebodys_photo(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(some_photos(3))) as (cloud, tab):
        upload(tab, picked("torn.jpg", b"\0" * 1000))
        state_of(tab, "torn.jpg", "Stored")
        assert cloud.photos.get(sha256(b"\0" * 1000))


def test_a_file_that_is_too_large_says_how_large_one_may_be(chromium: Chromium) -> None:
    with gallery(chromium, Photos(some_photos(3))) as (cloud, tab):
        tab.page.route("**/config.json", lambda route: shrink(route))
        tab.open().sign_in(cloud.hosted_ui.username, cloud.hosted_ui.password)
        upload(tab, picked("large.jpg", jpeg(3) + b"\0" * 20_000))
        state_of(tab, "large.jpg", "Larger than 10 kB")


def shrink(route: "Route") -> None:
    route.fulfill(json=route.fetch().json() | {"max_upload_bytes": 10_000})


def test_an_upload_that_s3_has_no_time_for_is_announced_and_sent_again(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(some_photos(3))) as (cloud, tab):
        cloud.bucket.busy_posts = 2
        upload(tab, picked("one.jpg", jpeg(4)))
        state_of(tab, "one.jpg", "Stored")
        assert cloud.bucket.requests.count(("POST", "/")) == 3
        assert len(cloud.api.names) >= 3


def test_what_has_failed_for_good_can_be_retried(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(some_photos(3))) as (cloud, tab):
        tab.page.clock.install()
        cloud.bucket.broken_posts = 1000
        upload(tab, picked("one.jpg", jpeg(5)))
        failed = tab.page.get_by_text("The network failed")

        def given_up() -> bool:
            tab.page.clock.run_for(2000)
            return failed.is_visible()

        tab.wait_until(given_up, "the last of the tries")
        state_of(tab, "one.jpg", "The network failed")
        cloud.bucket.broken_posts = 0
        tab.action("retry-uploads").click()
        tab.page.clock.resume()
        state_of(tab, "one.jpg", "Stored")


def test_without_the_live_service_the_cloud_is_asked_what_became_of_it(chromium: Chromium) -> None:
    with gallery(chromium, Photos(some_photos(3))) as (cloud, tab):
        cloud.live.refuses = True
        tab.open().sign_in(cloud.hosted_ui.username, cloud.hosted_ui.password)
        upload(tab, picked("one.jpg", jpeg(6)))
        state_of(tab, "one.jpg", "Stored")
        tab.tile(sha256(jpeg(6))).wait_for()


def test_leaving_while_something_is_sent_is_asked_about_and_afterwards_is_not(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(some_photos(3))) as (_, tab):
        asked: list[str] = []

        def answer(dialog: "Dialog") -> None:
            asked.append(dialog.type)
            dialog.dismiss()

        tab.page.on("dialog", answer)
        tab.page.route("**/prep/photoupload", lambda route: None)
        upload(tab, picked("one.jpg", jpeg(7)))
        state_of(tab, "one.jpg", "Reading")
        tab.page.close(run_before_unload=True)
        tab.wait_until(lambda: asked == ["beforeunload"], "the question")


def test_dropped_files_and_folders_are_uploaded(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(some_photos(3))) as (cloud, tab):
        content = jpeg(8)
        drop = """(bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], 'dropped.jpg', { type: 'image/jpeg' }));
            const options = { dataTransfer: data, bubbles: true, cancelable: true };
            document.body.dispatchEvent(new DragEvent('dragover', options));
            const seen = !document.getElementById('drop').hidden;
            document.body.dispatchEvent(new DragEvent('drop', options));
            return seen;
        }"""
        assert tab.page.evaluate(drop, list(content))
        state_of(tab, "dropped.jpg", "Stored")
        assert tab.page.locator("#drop").is_hidden()
        assert cloud.photos.get(sha256(content))


def test_what_was_shared_to_the_installed_page_is_uploaded_when_its_owner_says_so(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(some_photos(3))) as (cloud, tab):
        tab.wait_for_worker()
        share = """async (bytes) => {
            const form = new FormData();
            form.append('files', new File([new Uint8Array(bytes)], 'teilen ü.jpg', { type: 'image/jpeg' }));
            const answer = await fetch('share', { method: 'POST', body: form });
            return answer.url;
        }"""
        assert tab.page.evaluate(share, list(jpeg(9))) == cloud.url
        tab.page.reload()
        tab.page.get_by_text("1 file was shared").wait_for()
        assert cloud.api.names == []
        tab.action("uploadShared").click()
        state_of(tab, "teilen ü.jpg", "Stored")
        assert cloud.photos.get(sha256(jpeg(9)))


def test_a_file_that_another_site_posts_is_not_uploaded(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(some_photos(3))) as (cloud, tab):
        tab.wait_for_worker()
        tab.page.goto(f"{cloud.api.site.settings.hosted_ui_url}/oauth2/authorize")  # another origin
        post = """([action, bytes]) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], 'planted.jpg', { type: 'image/jpeg' }));
            const form = document.createElement('form');
            Object.assign(form, { action, method: 'post', enctype: 'multipart/form-data' });
            const input = document.createElement('input');
            form.append(Object.assign(input, { type: 'file', name: 'files', files: data.files }));
            document.documentElement.append(form);
            form.submit();
        }"""
        tab.page.evaluate(post, [f"{cloud.url}share", list(jpeg(11))])
        tab.page.wait_for_url(cloud.url)
        tab.page.get_by_text("1 file was shared").wait_for()
        assert cloud.api.names == []


def test_a_name_with_markup_is_a_name(chromium: Chromium) -> None:
    with signed_in(chromium, Photos(some_photos(3))) as (cloud, tab):
        name = "<img src=x onerror=alert(1)>.jpg"
        upload(tab, picked(name, jpeg(10)))
        state_of(tab, name, "Stored")
        kept = cloud.photos.get(sha256(jpeg(10)))
        assert kept
        assert kept.filename == name


def test_a_file_above_what_webcrypto_takes_at_once_is_hashed_as_it_is_read(
    chromium: Chromium, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("large") / "large.mp4"
    with path.open("wb") as file:
        file.write(b"\0\0\0\x18ftypmp42" + b"\0" * 12)
        file.truncate(70_000_000)
    with signed_in(chromium, Photos(some_photos(3))) as (_cloud, tab):
        tab.page.route(
            "**/prep/photoupload", lambda route: announced.append(route.request.post_data or "") or route.abort()
        )
        announced: list[str] = []
        tab.page.set_input_files('[data-action="upload"]', path)
        tab.wait_until(lambda: bool(announced), "the announcement")
        assert json.loads(announced[0])["photos"][0]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
