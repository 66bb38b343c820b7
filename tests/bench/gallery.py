"""The gallery in Chromium: ``python -m tests.bench.gallery`` prints the tables of docs/gallery.md.

What depends on the cloud is measured on a local stack of this run's own, what depends on the number of photos with a
small cloud that makes up a million records.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.backup import Backup
from support.chromium import Chromium, started
from support.gallery.cloud import built_files
from support.gallery.fixtures import DESKTOP, signed_in
from support.gallery.landscapes import write_landscapes
from support.gallery.page import GalleryPage
from support.gallery.shelf import ManyPhotos, base64_text

from photobak.local.lifecycle import down, up

RUNS = 9
PHOTOS = 240
MILLION = 1_000_000 // 240 * 240
SCROLLED = 3000
FIRST_SCREEN = ("index.html", "app.js", "style.css")

# Milliseconds from the navigation's start until the first picture of the timeline is decoded.
FIRST_PICTURE = """() => new Promise((done) => {
  const look = () => [...document.querySelectorAll('.tile img')].some((image) => image.complete && image.naturalWidth)
    ? done(performance.now()) : requestAnimationFrame(look);
  look();
})"""

# Milliseconds from a press on the scrubber until the first picture of what is there is decoded.
JUMP = """(share) => new Promise((done) => {
  const strip = document.getElementById('scrubber');
  const { left, top, height } = strip.getBoundingClientRect();
  strip.setPointerCapture = () => undefined; // there is no real pointer
  const before = new Set([...document.querySelectorAll('.tile')]);
  const start = performance.now();
  const place = { clientX: left + 10, clientY: top + height * share, bubbles: true, pointerId: 1, button: 0 };
  strip.dispatchEvent(new PointerEvent('pointerdown', place));
  const look = () => [...document.querySelectorAll('.tile img')]
    .some((image) => !before.has(image.parentElement) && image.complete && image.naturalWidth)
    ? done(performance.now() - start) : requestAnimationFrame(look);
  look();
})"""

# Milliseconds from a press of the right arrow until the frame that shows the next web view.
NEXT = """() => new Promise((done) => {
  const image = document.querySelector('dialog img');
  const before = image.src;
  const start = performance.now();
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
  const look = () => image.src !== before && image.src.includes('/web/') && image.complete
    ? requestAnimationFrame(() => done(performance.now() - start)) : requestAnimationFrame(look);
  look();
})"""


def main() -> None:
    """Measure everything, and print a table for each part."""
    print_sizes()
    with started() as chromium:
        print_local_stack(chromium)
        print_million(chromium)


def print_sizes() -> None:
    files = built_files()
    scripts = [name for name in files if name.endswith((".js", ".css", ".html"))]
    print("| transferred | brotli | gzip |\n| --- | ---: | ---: |")
    for title, names in [("first screen: page, script, style", FIRST_SCREEN), ("all scripts, page and style", scripts)]:
        brotli, gzip = (sum(len(files[name + suffix]) for name in names) for suffix in (".br", ".gz"))
        print(f"| {title} | {brotli / 1000:.1f} kB | {gzip / 1000:.1f} kB |")
    print(f"\n`GET /timeline` of 100,000 photos: {timeline_size(100_000) / 1000:.1f} kB, uncompressed\n")


def timeline_size(count: int) -> int:
    """Bytes of ``GET /timeline`` for so many photos of twenty years."""
    months = [
        {"month": month, "count": len(ratios), "ratios": base64_text(ratios)}
        for month, ratios in ManyPhotos(count).months()
    ]
    return len(json.dumps({"months": months}))


def print_local_stack(chromium: Chromium) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="bench-gallery-") as folder,
        backup_of(Path(folder)) as backup,
        chromium.page(**DESKTOP) as page,
    ):
        tab = GalleryPage(page, f"{backup.stack.outputs.api_url}/").open()
        tab.sign_in(backup.account.username, backup.account.password)
        tab.wait_for_pictures()
        first = [first_picture(tab) for _ in range(RUNS)]
        jumps = [jump(tab, number) for number in range(RUNS)]
        steps = walk(tab)
    print(f"| on the local stack, {PHOTOS} photos, median of {RUNS} | limit | measured |\n| --- | ---: | ---: |")
    print(f"| first thumbnail after navigation | 1.0 s | {median(first) / 1000:.2f} s |")
    print(f"| first thumbnail after a jump to another year | 0.5 s | {median(jumps) / 1000:.2f} s |")
    print(f"| preloaded web view after → | 150 ms | {median(steps):.0f} ms |\n")


@contextmanager
def backup_of(folder: Path) -> Iterator[Backup]:
    """Somebody's backup on a local stack of its own."""
    home = folder / "stack"
    try:
        backup = Backup(folder / "home", up(home))
        write_landscapes(backup.photos, PHOTOS, days_apart=13)
        backup.sync(timeout=900.0)
        yield backup
    finally:
        down(home)


def first_picture(tab: GalleryPage) -> float:
    tab.page.reload(wait_until="commit")
    return float(tab.page.evaluate(FIRST_PICTURE))


def jump(tab: GalleryPage, number: int) -> float:
    """Jump to a year, with a page that has loaded nothing of it, and no thumbnail kept."""
    tab.page.reload()
    tab.page.evaluate("caches.delete('thumbs')")
    tab.wait_for_pictures()
    tab.wait_for_records()
    share = 0.4 + 0.06 * number
    return float(tab.page.evaluate(JUMP, share))


def walk(tab: GalleryPage) -> list[float]:
    """Walk through the viewer, slowly enough that the next web view is there."""
    tab.page.reload()
    tab.wait_for_pictures()
    tab.tiles.first.click()
    taken = []
    for _ in range(RUNS):
        tab.page.wait_for_timeout(1500)
        taken.append(float(tab.page.evaluate(NEXT)))
    return taken


def print_million(chromium: Chromium) -> None:
    with signed_in(chromium, ManyPhotos(MILLION), **DESKTOP) as (_, tab):
        opened = [first_picture(tab) for _ in range(RUNS)]
        before = tab.shifted
        scroll_through(tab, SCROLLED)
        shifted = tab.shifted - before
        tab.page.keyboard.press("End")
        tab.wait_for_pictures()
        reached = tab.page.locator(f'[data-sha256^="{MILLION - 1:012x}"]').count() == 1
        nodes = tab.page.evaluate("document.querySelectorAll('*').length")
        cached, kept = memory_of(tab)
    print(f"| {MILLION:,} photos | limit | measured |\n| --- | ---: | ---: |")
    print(f"| opens, until the first thumbnail (median of {RUNS}) | 3 s | {median(opened) / 1000:.2f} s |")
    print(f"| last photo can be reached | yes | {'yes' if reached else 'no'} |")
    print(f"| elements in the page | 2,000 | {nodes:,} |")
    print(f"| memory of the tab's process after that | 300 MB | {kept:.0f} MB |")
    print(f"| the same with the decoded pictures that Chromium caches | | {cached:.0f} MB |")
    print(f"| layout shift (CLS) while scrolling through {SCROLLED:,} photos | 0 | {shifted:g} |")


def scroll_through(tab: GalleryPage, count: int) -> None:
    """Turn the wheel until so many photos have gone by."""
    tab.page.mouse.move(300, 400)
    tab.wait_for_records()

    def passed() -> bool:
        tab.page.mouse.wheel(0, 500)
        tab.wait_for_frames()
        seen = tab.page.evaluate("document.querySelector('.tile[data-sha256]')?.dataset.sha256.slice(0, 12) ?? '0'")
        return int(seen, 16) >= count

    tab.wait_until(passed, f"photo {count}", 600)


def memory_of(tab: GalleryPage) -> tuple[float, float]:
    """Megabytes of the tab's process (proportional set size): as it is, and without what Chromium gives up if asked to.

    Chromium caches decoded pictures in memory that it gives back when the system runs short of it.
    """
    session = tab.page.context.new_cdp_session(tab.page)
    before = _largest_renderer(tab)
    session.send("HeapProfiler.collectGarbage")
    session.send("Memory.simulatePressureNotification", {"level": "critical"})
    tab.page.wait_for_timeout(3000)
    return before, _largest_renderer(tab)


def _largest_renderer(tab: GalleryPage) -> float:
    browser = tab.page.context.browser
    assert browser
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    rollups = [Path(f"/proc/{each['id']}/smaps_rollup").read_text() for each in processes if each["type"] == "renderer"]
    return max(int(text.partition("\nPss:")[2].split()[0]) * 1024 / 1e6 for text in rollups)


if __name__ == "__main__":
    main()
