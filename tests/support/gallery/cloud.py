"""The whole small cloud, started and ended."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib import resources

from support.gallery.api import Api
from support.gallery.bucket import Bucket
from support.gallery.hosted_ui import CLIENT_ID, ISSUER, HostedUi
from support.gallery.live import Live
from support.gallery.servers import serving
from support.gallery.shelf import Photos, Shelf

from photobak.gallery.site import Settings, Site
from photobak.stack.page_files import page_files


@cache
def built_files() -> dict[str, bytes]:
    """The files of the page as the bundle has them."""
    return page_files(resources.files("photobak.gallery") / "static")


class GalleryCloud:
    """What a test sees of it."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.hosted_ui = HostedUi()
        self.api = Api(lambda: self.shelf, self.hosted_ui)
        self.bucket = Bucket(lambda: self.shelf, self.api.keep_upload)
        self.live = Live()
        self.url = ""
        self.api.epoch = lambda: self.bucket.epoch
        self.api.on_change = self.live.tell
        self.api.sequence = self.live.sequence

    @property
    def photos(self) -> Photos:
        return self.api.photos

    @contextmanager
    def running(self) -> Iterator["GalleryCloud"]:
        with ExitStack() as stack:
            origin, bucket, hosted_ui = (
                stack.enter_context(serving(part)) for part in (self.api, self.bucket, self.hosted_ui)
            )
            live = stack.enter_context(self.live.running())
            self.url = f"{origin}/"
            self.hosted_ui.home, self.bucket.gallery_origin, self.api.bucket_origin = self.url, origin, bucket
            settings = Settings(CLIENT_ID, ISSUER, hosted_ui, f"{hosted_ui}/", live, 1_000_000_000)
            self.api.site = Site(settings, (bucket,), built_files())
            yield self


def small_cloud(shelf: Shelf | None = None) -> GalleryCloud:
    """A cloud with these photos."""
    return GalleryCloud(Photos() if shelf is None else shelf)
