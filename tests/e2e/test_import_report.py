"""The report of an import in a real browser: it needs nothing else, runs nothing, and fits a phone and paper."""

from pathlib import Path

from support.chromium import Chromium
from support.import_reports import HOSTILE, example

from photobak.cli.ui.import_view import write_report


def test_the_report_is_read_in_a_browser(chromium: Chromium, tmp_path: Path) -> None:
    report = example()
    write_report(report, tmp_path / "report.html")
    asked: list[str] = []
    with chromium.page(viewport={"width": 360, "height": 700}) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "report.html").as_uri())
        assert page.title() == "photobak: import of a Takeout"
        verdict = page.locator(".verdict.unsafe")
        assert verdict.inner_text() == report.verdict
        text = page.inner_text("body")
        for said in (
            HOSTILE,
            "part 3",
            "Zoë & Ben",
            "takeout 1987-07-14T15:30:00+00:00",
            "13,160",
            "in Google's trash",
        ):
            assert said in text
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.pdf(format="A4").startswith(b"%PDF")
    assert asked == [(tmp_path / "report.html").as_uri()]
