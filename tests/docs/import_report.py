"""Write docs/import-report.png, an import's report in a browser: ``python tests/docs/import_report.py``."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.chromium import started
from support.import_reports import example

from photobak.cli.ui.import_view import write_report

PICTURE = Path(__file__).parents[2] / "docs" / "import-report.png"


def main() -> None:
    """Take the picture."""
    with TemporaryDirectory() as folder, started() as chromium:
        page_file = Path(folder) / "report.html"
        write_report(example(), page_file)
        with chromium.page(viewport={"width": 900, "height": 700}) as page:
            page.goto(page_file.as_uri())
            page.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()
