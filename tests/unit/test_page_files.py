"""The gallery's files as they are served: modules joined to one script that does the same, and compressed copies."""

import gzip
import re
from pathlib import Path

import brotli
import pytest

from photobak.stack.page_files import join_modules, page_files

STATIC = Path(__file__).parents[2] / "photobak" / "gallery" / "static"
FILES = page_files(STATIC)


def test_compressed_copies_are_copies() -> None:
    copies = [name for name in FILES if name.endswith((".br", ".gz"))]
    assert {"app.js.br", "app.js.gz", "index.html.br", "style.css.gz"} < set(copies)
    for name in copies:
        unpack = brotli.decompress if name.endswith(".br") else gzip.decompress
        assert unpack(FILES[name]) == FILES[name[:-3]], name


def test_all_modules_of_the_page_are_in_its_script_and_none_is_served_beside_it() -> None:
    separate = {name for name in FILES if name.endswith(".js")} - {"app.js"}
    joined = set(re.findall(r"^modules\['([^']+)'\] = ", FILES["app.js"].decode(), re.MULTILINE))
    assert joined | separate == {path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.js")}
    assert not joined & separate


def test_two_builds_are_equal_and_another_file_changes_the_version(tmp_path: Path) -> None:
    assert page_files(STATIC) == FILES
    for path in STATIC.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(STATIC)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (tmp_path / "icon.svg").write_text("<svg/>")
    assert page_files(tmp_path)["index.html"] != FILES["index.html"]


def test_modules_run_after_those_that_they_import_and_see_their_names_only() -> None:
    modules = {
        "main.js": "import { two as second } from './lib/two.js';\nimport {\n  one\n} from './one.js';\nrun(second);\n",
        "one.js": "export const one = 1;\n",
        "lib/two.js": "import { one } from '../one.js';\nexport function two() { return one + 1; }\n",
    }
    assert join_modules(modules, "main.js") == (
        "const modules = {};\n"
        "modules['one.js'] = (() => {\nconst one = 1;\nreturn { one };\n})();\n"
        "modules['lib/two.js'] = (() => {\nconst { one } = modules['one.js'];\n"
        "function two() { return one + 1; }\nreturn { two };\n})();\n"
        "modules['main.js'] = (() => {\nconst { two: second } = modules['lib/two.js'];\n"
        "const { one } = modules['one.js'];\n"
        "run(second);\nreturn {  };\n})();\n"
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("import './other.js';\n", "can't join"),
        ("import all from './other.js';\n", "can't join"),
        ("export default 1;\n", "can't join"),
        ("export let one = 1;\n", "can't join"),
        ("import { one } from './missing.js';\n", "missing.js is missing"),
        ("import { one } from './main.js';\n", "imports itself"),
    ],
)
def test_what_can_not_be_joined_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        join_modules({"main.js": text}, "main.js")
