"""The gallery on the local stack, as a person uses it, with an accessibility check of every state it shows.

With PHOTOBAK_SCREENSHOTS=docs/gallery, the test writes the screenshots of docs/gallery.md there.
"""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import expect
from support.backup import Backup
from support.chromium import Chromium
from support.gallery.axe import NPM, Axe
from support.gallery.fixtures import DESKTOP, PHONE
from support.gallery.landscapes import write_landscapes
from support.gallery.page import GalleryPage
from support.gallery.video import recorded_video
from support.node import installed_programs

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

COUNT = 120
SIZES: dict[str, "ViewportSize"] = {"desktop": DESKTOP["viewport"], "phone": PHONE["viewport"]}  # type: ignore[dict-item]


class Visit:
    """One person's visit in one tab."""

    def __init__(self, tab: GalleryPage, axe: Axe, screenshots: Path) -> None:
        self.tab = tab
        self.page = tab.page
        self.axe = axe
        self.screenshots = screenshots
        self.violations: list[str] = []

    def check(self, state: str) -> None:
        """Check that all can use this state, light and dark."""
        for scheme in self._schemes():
            self.violations += [f"{state}, {scheme}: {each}" for each in self.axe.violations(self.tab)]

    def picture_timeline(self) -> None:
        """Take screenshots of desktop and phone, light and dark."""
        for size, viewport in SIZES.items():
            self.page.set_viewport_size(viewport)
            for scheme in self._schemes():
                self.tab.wait_for_pictures()
                self.picture(f"timeline-{size}-{scheme}")
        self.page.set_viewport_size(SIZES["desktop"])

    def picture(self, name: str) -> None:
        shot = Image.open(BytesIO(self.page.screenshot()))
        shot.save(self.screenshots / f"{name}.webp", quality=70, method=6)

    def _schemes(self) -> Iterator[str]:
        for scheme in ("dark", "light"):
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            yield scheme

    def upload(self, *files: tuple[str, str, bytes]) -> None:
        payload = [{"name": name, "mimeType": kind, "buffer": content} for name, kind, content in files]
        self.page.set_input_files('[data-action="upload"]', payload)  # type: ignore[arg-type]
        for name, _, _ in files:
            row = self.page.locator("#uploads li", has_text=name)
            expect(row).to_contain_text("Stored", timeout=200_000)  # as long as the page asks what has become of it


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> Axe:
    return Axe(installed_programs(tmp_path_factory.mktemp("npm"), NPM))


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("PHOTOBAK_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def jpeg(colour: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (900, 600), (colour, 80, 160)).save(file, "JPEG", quality=60)
    return file.getvalue()


@pytest.mark.timeout(900)
def test_a_whole_visit(chromium: Chromium, backup: Backup, axe: Axe, screenshots: Path) -> None:
    with chromium.page(**DESKTOP) as page:
        tab = GalleryPage(page, f"{backup.stack.outputs.api_url}/").open()
        visit = Visit(tab, axe, screenshots)
        tab.action("sign-in").wait_for()
        visit.check("signed out")
        tab.sign_in(backup.account.username, backup.account.password)
        page.get_by_text("No photos yet").wait_for()
        visit.check("an empty library")
        write_landscapes(backup.photos, COUNT)
        assert backup.sync(timeout=400.0).counts["stored"] == COUNT
        page.reload()
        look_around(visit)
        change(visit)
        leave(visit)
        assert visit.violations == []
        assert tab.errors == []


def look_around(visit: Visit) -> None:
    """Scroll to the last photo, open it, walk, close, and be back at the photo; reload on a photo's address."""
    tab, page = visit.tab, visit.page
    tab.wait_for_pictures()
    visit.check("the timeline")
    visit.picture_timeline()
    tab.action("filter").click()
    visit.check("the filter")
    tab.action("filter").click()
    tab.scroll_to_end()
    tab.wait_for_pictures()
    tab.wait_for_records()
    assert page.inner_text("#end").endswith(f"all: {COUNT} photos.")
    shown, *others = reversed(tab.order[-4:])
    tab.tiles.last.click()
    tab.wait_for_view(shown)
    assert tab.action("next").is_disabled()
    for shown in others:
        page.keyboard.press("ArrowLeft")
        tab.wait_for_view(shown)
    tab.open_details()
    visit.check("the viewer with details")
    visit.picture("viewer")
    tab.action("details").click()
    page.reload()
    tab.wait_for_view(shown)
    page.keyboard.press("Escape")
    tab.wait_until_closed(shown)


def change(visit: Visit) -> None:
    """Upload two photos and a video and see them appear; trash one and undo it."""
    tab, page = visit.tab, visit.page
    page.keyboard.press("Home")
    video = recorded_video(page)
    visit.upload(
        ("one.jpg", "image/jpeg", jpeg(255)), ("two.jpg", "image/jpeg", jpeg(0)), ("clip.mp4", "video/mp4", video)
    )
    page.get_by_text(f"all: {COUNT + 3} photos.").wait_for(state="attached")
    tab.wait_for_records()
    assert tab.months[0] > "2024-09"
    for name in ("one.jpg", "two.jpg"):
        page.locator(f'.tile [alt*="{name}"]').wait_for()
    visit.check("uploads")
    tab.action("close-uploads").click()
    first, second, *_ = tab.order
    tab.tiles.first.click()
    tab.wait_for_photo(first)
    tab.action("trash").click()
    tab.hold_undo()
    tab.wait_for_photo(second)
    page.keyboard.press("Escape")
    tab.wait_until_closed(second)
    tab.tile(first).wait_for(state="detached")
    visit.check("a notice")
    tab.action("undo").click()
    tab.tile(first).wait_for()


def leave(visit: Visit) -> None:
    """Without a network see what was seen before; with it, sign out, and see nothing."""
    tab, page = visit.tab, visit.page
    tab.wait_for_records()
    tab.wait_for_pictures()
    tab.wait_until_kept()
    page.context.set_offline(True)
    page.reload()
    tab.wait_for_pictures()
    page.get_by_text("You are offline").wait_for()
    visit.check("offline")
    page.context.set_offline(False)
    page.get_by_text("You are offline").wait_for(state="detached")
    tab.wait_for_pictures()
    tab.wait_for_records()
    tab.action("sign-out").click()
    page.get_by_text("You are signed out").wait_for()
    assert tab.tiles.count() == 0
    assert page.evaluate("caches.has('thumbs')") is False
    page.context.set_offline(True)
    page.reload()
    tab.action("sign-in").wait_for()
    assert tab.tiles.count() == 0
    visit.check("signed out and offline")
    page.context.set_offline(False)
    tab.errors[:] = [error for error in tab.errors if "ERR_INTERNET_DISCONNECTED" not in error]
