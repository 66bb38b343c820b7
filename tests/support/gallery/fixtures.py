"""What the gallery's tests start from."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from support.chromium import Chromium
from support.gallery.cloud import GalleryCloud, small_cloud
from support.gallery.page import GalleryPage
from support.gallery.shelf import Shelf

DESKTOP = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"}
PHONE = {"viewport": {"width": 360, "height": 740}, "locale": "en-GB", "has_touch": True, "device_scale_factor": 3}


@contextmanager
def gallery(
    chromium: Chromium, shelf: Shelf | None = None, **options: Any
) -> Iterator[tuple[GalleryCloud, GalleryPage]]:
    """A cloud with these photos, and a tab with the gallery, not yet opened. Errors of the page fail the test."""
    with ExitStack() as stack:
        cloud = stack.enter_context(small_cloud(shelf).running())
        tab = GalleryPage(stack.enter_context(chromium.page(**(DESKTOP | options))), cloud.url)
        yield cloud, tab
        assert tab.errors == []


@contextmanager
def signed_in(
    chromium: Chromium, shelf: Shelf | None = None, **options: Any
) -> Iterator[tuple[GalleryCloud, GalleryPage]]:
    """The same, signed in."""
    with gallery(chromium, shelf, **options) as (cloud, tab):
        tab.open().sign_in(cloud.hosted_ui.username, cloud.hosted_ui.password)
        yield cloud, tab


Opened = Callable[..., tuple[GalleryCloud, GalleryPage]]
