"""The gallery as a test uses it: a page object over the hooks that the page promises."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

LIMIT = 60
"""How many seconds anything may take: CI's machines are slow, and busy with other tests."""

LEFT_WHILE_CONNECTING = "WebSocket is closed before the connection is established"
"""What Chromium warns of when a page is left or signed out while the live service is still being called."""

SHIFTS = """
new PerformanceObserver((list) => {
  for (const { hadRecentInput, value } of list.getEntries())
    if (!hadRecentInput) window.shifted = (window.shifted ?? 0) + value;
}).observe({ type: 'layout-shift', buffered: true });
"""

PICTURES_SHOWN = """() => {
  const tiles = [...document.querySelectorAll('.tile')].filter((tile) => {
    const { top, bottom } = tile.getBoundingClientRect();
    return bottom > 60 && top < innerHeight;
  });
  return tiles.length > 0 && tiles.every((tile) => tile.querySelector('.no-picture, img')
    && [...tile.querySelectorAll('img')].every((image) => image.complete && image.naturalWidth));
}"""

KEPT = """async () => {
  const kept = async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url.split('?')[0]);
  const home = new URL('.', document.baseURI).href;
  const files = performance.getEntriesByType('resource').map(({ name }) => name);
  const [shell, thumbs] = [await kept('shell'), await kept('thumbs')];
  const records = await new Promise((done) => {
    const open = indexedDB.open('photobak');
    open.onsuccess = () => {
      const count = open.result.transaction('photos').objectStore('photos').count();
      count.onsuccess = () => { open.result.close(); done(count.result); };
    };
  });
  return [home, ...files.filter((name) => name.startsWith(`${home}static/`))].every((name) => shell.includes(name))
    && thumbs.length >= document.querySelectorAll('.tile img').length
    && records >= document.querySelectorAll('[data-sha256]').length;
}"""

VIEW_SHOWN = """(sha256) => {
  const image = document.querySelector(`dialog[open][data-photo="${sha256}"] img`);
  return Boolean(image?.complete && image.naturalWidth && new RegExp(`/web/.*${sha256}`).test(image.currentSrc));
}"""

LAST_TILE = "(sha256) => [...document.querySelectorAll('[data-sha256]')].at(-1)?.dataset.sha256 === sha256"

AT_END = """!document.getElementById('end').hidden
  && scrollY + innerHeight >= document.documentElement.scrollHeight - 1"""


class GalleryPage:
    """One tab with the gallery in it. What it reports as errors is kept, and no test passes with any."""

    def __init__(self, page: "Page", url: str) -> None:
        self.page = page
        self.url = url
        self.errors: list[str] = []
        self._waits = 0
        page.set_default_timeout(LIMIT * 1000)
        page.add_init_script(SHIFTS)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._console)

    def _console(self, message: Any) -> None:
        harmless = ("favicon.ico", "Failed to load resource", "autocomplete", LEFT_WHILE_CONNECTING)
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
        self.sign_in_form(username, password)
        self.action("sign-out").wait_for()
        return self

    def sign_in_form(self, username: str, password: str) -> None:
        """Fill in the form of the hosted UI."""
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")

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
    def order(self) -> list[str]:
        """The SHA-256 of the photos that are on the page now, in the order of the page."""
        return list(self.page.eval_on_selector_all("[data-sha256]", "all => all.map((each) => each.dataset.sha256)"))

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

    def wait_until(self, condition: Callable[[], bool], what: str, seconds: float = LIMIT) -> None:
        """Wait for something that no selector tells."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{what} did not happen within {seconds} s")

    def wait_for_frames(self, condition: str = "true") -> None:
        """Wait until a condition holds in three frames on end, by which the page has drawn what has happened to it.

        A scroll event comes with the frame after the scrolling, and the page draws in the one after that.
        """
        self._waits += 1
        self.page.wait_for_function(f"""() => {{
            const [wait, frames] = window.framesInOrder ?? [];
            window.framesInOrder = [{self._waits}, ({condition}) ? (wait === {self._waits} ? frames : 0) + 1 : 0];
            return window.framesInOrder[1] >= 3;
        }}""")

    def wait_for_pictures(self) -> None:
        """Wait until all tiles on the screen show their pictures."""
        self.wait_for_frames(f"({PICTURES_SHOWN})()")

    def wait_for_records(self) -> None:
        """Wait until the page has loaded the records of all its tiles, and asks for no more."""
        self.wait_for_frames("document.querySelector('.tile') && !document.querySelector('.tile:not([data-sha256])')")

    def wait_for_photo(self, sha256: str) -> None:
        """Wait until the viewer is at a photo; its picture may still be on its way."""
        self.page.locator(f'dialog[open][data-photo="{sha256}"]').wait_for()

    def wait_for_view(self, sha256: str) -> None:
        """Wait until the viewer shows the web view of a photo."""
        self.page.wait_for_function(VIEW_SHOWN, arg=sha256)

    def wait_for_focus(self, sha256: str) -> None:
        """Wait until the tile of a photo has the focus."""
        self.page.wait_for_function("(sha256) => document.activeElement?.dataset.sha256 === sha256", arg=sha256)

    def wait_until_closed(self, sha256: str) -> None:
        """Wait until the viewer has closed, the focus is at a photo, and the address is the timeline's."""
        self.viewer.wait_for(state="detached")
        self.wait_for_focus(sha256)
        self.page.wait_for_url(lambda url: "/photo/" not in url)

    def wait_for_order(self, *first: str) -> None:
        """Wait until these photos are the first ones on the page, in this order."""
        self.wait_until(lambda: self.order[: len(first)] == list(first), "this order of the photos")

    def wait_for_last(self, sha256: str) -> None:
        """Wait until a photo is the last one on the page."""
        self.page.wait_for_function(LAST_TILE, arg=sha256)

    def wait_for_worker(self) -> None:
        """Wait until the service worker answers for the network."""
        self.page.wait_for_function("() => navigator.serviceWorker.controller")

    def wait_until_kept(self) -> None:
        """Wait until the browser keeps all that a visit without a network needs."""
        self.wait_for_worker()
        self.wait_until(lambda: self.page.evaluate(KEPT), "the browser keeping it all")

    def open_details(self) -> str:
        """Show the details of the photo in the viewer, and return their text."""
        self.action("details").click()
        self.page.locator("#details").wait_for()
        return self.page.inner_text("#details")

    def hold_undo(self) -> None:
        """Rest the pointer on the offer to undo, which goes after 15 s otherwise."""
        self.action("undo").hover()

    def scroll_to(self, place: int) -> None:
        """Leap to a place of the timeline, once it is there, and wait for the pictures."""
        self.wait_for_pictures()
        self.page.evaluate("(place) => scrollTo(0, place)", place)
        self.wait_for_frames(f"Math.abs(scrollY - {place}) < 10")
        self.wait_for_pictures()

    def scroll_to_end(self, step: int = 600) -> None:
        """Turn the wheel, as a person does, until nothing more comes."""
        self.page.mouse.move(300, 400)

        def at_end() -> bool:
            self.page.mouse.wheel(0, step)
            self.wait_for_frames()
            return bool(self.page.evaluate(AT_END))

        self.wait_until(at_end, "the end", 2 * LIMIT)
        self.wait_for_frames(AT_END)
