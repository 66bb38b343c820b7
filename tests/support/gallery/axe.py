"""axe-core, the accessibility checker, from npm: it runs inside the page, past its Content-Security-Policy."""

from pathlib import Path
from typing import Any

from support.gallery.page import GalleryPage

NPM = Path(__file__).parent / "npm"
"""The folder of ``package.json``."""

RUN = "() => axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)"


class Axe:
    """The checker, as text to be run in a page."""

    def __init__(self, packages: Path) -> None:
        self._script = (packages / "node_modules" / "axe-core" / "axe.min.js").read_text()

    def violations(self, tab: GalleryPage) -> list[str]:
        """What violates WCAG or good practice in the state that the page is in, by rule and element."""
        if not tab.page.evaluate("'axe' in window"):
            tab.page.evaluate(self._script)
        found: list[dict[str, Any]] = tab.page.evaluate(RUN)
        return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]
