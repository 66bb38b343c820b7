"""Two processes at one index."""

import subprocess
import sys
from pathlib import Path

from support.known_files import known_file, older_index

from photobak.client.index.index import Index


def test_another_process_may_look_at_it_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    with Index.open(path) as index:
        index.confirm([known_file("/p/a.jpg")], 1_800_000_000.0)
        imports = "from photobak.client.index.index import *"
        look = f"{imports}\nwith Index.open(Path({str(path)!r})) as index: print(index.counts())"
        found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
        assert found.stdout == "{'stored': 1}\n"


def test_two_processes_may_replace_an_older_schema_at_once(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    older_index(path)
    look = f"from photobak.client.index.index import *\nwith Index.open(Path({str(path)!r})) as i: print(i.counts())"
    both = [subprocess.Popen([sys.executable, "-c", look], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate()[0] for process in both] == ["{}\n"] * 2
