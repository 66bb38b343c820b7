"""The gallery as a test uses it: a page object over the hooks that the page promises."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SHIFTS = """
new PerformanceObserver((list) => {
  for (const { hadRecentInput, value } of list.getEntries())
    if (!hadRecentInput) window.shifted = (window.shifted ?? 0) + value;
}).observe({ type: 'layout-shift', buffered: true });
"""


class GalleryPage:
    """One tab with the gallery in it. What it reports as errors is kept, and no test passes with any."""

    def __init__(self, page: "Page", url: str) -> None:
        self.page = page
        self.url = url
        self.errors: list[str] = []
        page.set_default_timeout(15_000)
        page.add_init_script(SHIFTS)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._console)

    def _console(self, message: Any) -> None:
        harmless = ("favicon.ico", "Failed to load resource", "autocomplete")
        if message.type in ("error", "warning") and not any(
            each in message.text + str(message.location) for each in harmless
        ):
            self.errors.append(message.text)

    def open(self, fragment: str = "") -> "GalleryPage":
        self.page.goto(self.url + fragment)
        return self

    def sign_in(self, username: str, password: str) -> "GalleryPage":
        """Through the hosted UI, until the page is back."""
        self.action("sign-in").click()
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.action("sign-out").wait_for()
        return self

    def action(self, name: str) -> "Locator":
        """A control that can be seen."""
        return self.page.locator(f'[data-action="{name}"]:visible')

    @property
    def tiles(self) -> "Locator":
        return self.page.locator("[data-sha256]")

    def tile(self, sha256: str) -> "Locator":
        return self.page.locator(f'[data-sha256="{sha256}"]')

    @property
    def viewer(self) -> "Locator":
        return self.page.locator("dialog[open]")

    @property
    def shown(self) -> str | None:
        """The SHA-256 of the photo in the viewer."""
        return self.viewer.get_attribute("data-photo")

    @property
    def months(self) -> list[str]:
        """The months that are on the page now, newest first."""
        return list(self.page.eval_on_selector_all("[data-month]", "all => all.map((each) => each.dataset.month)"))

    @property
    def focused(self) -> str | None:
        """The SHA-256 of the tile that has the focus."""
        focused: str | None = self.page.evaluate("document.activeElement?.dataset.sha256 ?? null")
        return focused

    @property
    def shifted(self) -> float:
        """Cumulative layout shift so far."""
        return float(self.page.evaluate("window.shifted ?? 0"))

    def wait_until(self, condition: Callable[[], bool], what: str, seconds: float = 10) -> None:
        """Wait for something that no selector tells."""
        for _ in range(int(seconds / 0.05)):
            if condition():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{what} did not happen within {seconds} s")

    def wait_for_pictures(self) -> None:
        """Until all tiles on the screen show their picture."""
        self.page.wait_for_function("""() => {
            const tiles = [...document.querySelectorAll('.tile')].filter((tile) => {
                const { top, bottom } = tile.getBoundingClientRect();
                return bottom > 60 && top < innerHeight;
            });
            return tiles.length > 0 && tiles.every((tile) => tile.querySelector('.no-picture, img')
                && [...tile.querySelectorAll('img')].every((image) => image.complete && image.naturalWidth));
        }""")

    def scroll_to_end(self, step: int = 600) -> None:
        """With the wheel, as a person does, until nothing more comes."""
        self.page.mouse.move(300, 400)
        for _ in range(500):
            self.page.mouse.wheel(0, step)
            self.page.wait_for_timeout(20)
            if self.page.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 1"):
                return
        raise AssertionError("there is no end")
