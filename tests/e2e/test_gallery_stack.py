"""The gallery on the local stack, whole: signed in, looked at, uploaded to, trashed and undone, signed out."""

from io import BytesIO

from PIL import Image
from support.backup import Backup
from support.chromium import Chromium
from support.gallery.fixtures import DESKTOP
from support.gallery.page import GalleryPage


def jpeg(colour: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (900, 600), (colour, 80, 160)).save(file, "JPEG", quality=60)
    return file.getvalue()


def test_the_gallery_shows_what_is_backed_up_and_takes_what_is_uploaded(chromium: Chromium, backup: Backup) -> None:
    for number in range(12):
        (backup.photos / f"IMG_2024{1 + number % 9:02}11_1200{number:02}.jpg").write_bytes(jpeg(20 * number))
    assert backup.sync().counts["stored"] == 12
    with chromium.page(**DESKTOP) as page:
        tab = GalleryPage(page, f"{backup.stack.outputs.api_url}/").open()
        tab.sign_in(backup.account.username, backup.account.password)
        tab.wait_for_pictures()
        assert "2024-09" in tab.months
        tab.tiles.first.click()
        page.wait_for_function("() => document.querySelector('dialog[open] img')?.naturalWidth > 500")
        first = tab.shown or ""
        tab.action("trash").click()
        tab.wait_until(lambda: tab.shown != first, "the next photo")
        page.keyboard.press("Escape")
        tab.action("undo").click()
        tab.tile(first).wait_for()
        photo = {"name": "new.jpg", "mimeType": "image/jpeg", "buffer": jpeg(255)}
        page.set_input_files('[data-action="upload"]', [photo])
        page.locator("#uploads").get_by_text("Stored").wait_for()
        tab.wait_until(lambda: tab.months[0] > "2024-09", "the upload in its place")
        tab.action("sign-out").click()
        page.get_by_text("You are signed out").wait_for()
        assert tab.tiles.count() == 0
        assert tab.errors == []
