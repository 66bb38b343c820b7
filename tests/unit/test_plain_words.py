"""The texts of the program and its documents use the field's words (video, repair), not translated ones."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXTS = sorted(
    path
    for folder, kinds in (("photobak", {".py", ".md", ".html", ".yaml", ".toml", ".js", ".mjs"}), ("docs", {".md"}))
    for path in (ROOT / folder).rglob("*")
    if path.suffix in kinds and path.name != "LICENSE.md"
)
PAGES = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")]

INSTEAD = {
    r"films?(?<!mm film)": "video",
    r"mend(s|ed|ing)?": "repair",
    r"like that": "match",
    r"just so": "without confirmation",
    r"lay at": "source",
    r"whoever": "anyone who, a person who",
    r"thereupon": "then",
}
_TEST_NAME = re.compile(r"\w+\.py::\w+|\btest_\w+")


@pytest.mark.parametrize("path", [*PAGES, *TEXTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_word_sounds_translated(path: Path) -> None:
    text = _TEST_NAME.sub("", path.read_text(encoding="utf-8"))
    for number, line in enumerate(text.splitlines(), 1):
        for word, better in INSTEAD.items():
            found = re.search(rf"\b{word}\b", line, re.IGNORECASE)
            assert found is None, f"{path.relative_to(ROOT)}:{number}: {found and found[0]!r}; write: {better}"
