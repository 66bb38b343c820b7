"""``photobak demo`` from start to end, and the gallery that ``--keep`` leaves running."""

import re
import shlex
import subprocess
from pathlib import Path

import urllib3
from support.command_line import PHOTOBAK, environ_of
from support.owner import small_pictures


def test_with_keep_it_names_the_gallery_and_how_to_remove_it(tmp_path: Path) -> None:
    pictures, temporary = tmp_path / "Pictures", tmp_path / "tmp"
    temporary.mkdir()
    pictures.mkdir()
    for name, content in small_pictures(2).items():
        (pictures / name).write_bytes(content)
    done = run(tmp_path, "demo", "--keep", "--photos", str(pictures), TMPDIR=str(temporary))
    removal = re.search(r"To remove the demo's cloud: (PHOTOBAK_HOME=\S+) (photobak .*)$", done.stderr, re.MULTILINE)
    try:
        assert done.returncode == 0, done.stderr
        assert "Restored 2 files, each with the same SHA-256 as before." in done.stderr
        gallery = re.search(r"See them in the gallery: (http://127\.0\.0\.1:\d+\S*/)$", done.stderr, re.MULTILINE)
        assert gallery
        assert re.search(r"Sign in as \S+ with the password \S+$", done.stderr, re.MULTILINE)
        page = urllib3.request("GET", gallery[1], retries=False, timeout=30)
        assert page.status == 200
        assert b'data-action="sign-in"' in page.data
        assert list((tmp_path / "photobak").rglob("*")) == [], "the person's own setup"
    finally:
        assert removal, done.stderr
        remove(tmp_path, *removal.groups())
    assert connection_refused(gallery[1])


def run(home: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command that starts or removes a whole cloud."""
    environ = environ_of(home, **environment)
    return subprocess.run([PHOTOBAK, *arguments], env=environ, capture_output=True, text=True, timeout=300, check=False)


def remove(home: Path, variable: str, command: str) -> None:
    """Type the command that the demo names."""
    name, _, value = variable.partition("=")
    _, *arguments = shlex.split(command)
    done = run(home, *arguments, **{name: value})
    assert done.returncode == 0, done.stderr


def connection_refused(url: str) -> bool:
    try:
        urllib3.request("GET", url, retries=False, timeout=30)
    except urllib3.exceptions.HTTPError:
        return True
    return False
