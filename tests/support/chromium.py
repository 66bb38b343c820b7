"""A headless Chromium, driven by Playwright: Debian's, or the one of ``playwright install chromium``."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def chromium_page() -> Iterator["Page"]:  # noqa: F821 - playwright is imported where it is there
    """A page of a fresh browser, that keeps nothing; skips the test where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright isn't installed: pip install playwright")
    with playwright.sync_playwright() as driver:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        try:
            browser = driver.chromium.launch(executable_path=found)
        except playwright.Error as error:
            pytest.skip(f"no Chromium (install the package chromium): {str(error).splitlines()[0]}")
        try:
            yield browser.new_page()
        finally:
            browser.close()
