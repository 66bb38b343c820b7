"""A headless Chromium, driven by Playwright: Debian's, or the one of ``playwright install chromium``."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


class Chromium:
    """One browser; each page is somebody else's, and keeps nothing."""

    def __init__(self, browser: "Browser") -> None:
        self._browser = browser

    @contextmanager
    def page(self, **options: Any) -> Iterator["Page"]:
        """A page of a person who has never been anywhere.

        Args:
            **options: as ``Browser.new_context`` takes them.
        """
        context = self._browser.new_context(**options)
        try:
            yield context.new_page()
        finally:
            context.close()


@contextmanager
def started() -> Iterator[Chromium]:
    """Start the browser; skips the test where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright isn't installed: pip install playwright")
    with playwright.sync_playwright() as driver:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        try:
            browser = driver.chromium.launch(executable_path=found)
        except playwright.Error as error:
            pytest.skip(f"no Chromium (install the package chromium): {str(error).splitlines()[0]}")
        try:
            yield Chromium(browser)
        finally:
            browser.close()
