"""The bundle on the processor that runs it on AWS: every handler imports and answers on an emulated arm64.

A long campaign (``PHOTOBAK_CAMPAIGN=long``): it downloads Debian's Python for arm64 and qemu, 60 MB, the first time.
"""

import io
import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from support.arm64 import arm64_python, missing
from support.handlers import ENVIRONMENT, EVENTS, handlers_of_the_template

from photobak.stack.bundle import build_whole_bundle
from photobak.stack.wheels import LAMBDA

COLD_START = Path(__file__).parents[1] / "support" / "cold_start.py"
PREVIEWS = """
import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])
from photobak.photo.media_type import recognise; from photobak.photo.preview import make_previews
path = Path(sys.argv[2])
previews = make_previews(path, recognise(path.read_bytes()[:4096], path.name))
print(len(previews.thumb))
"""


@pytest.fixture(scope="module")
def cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "photobak" / "tests-deploy"


@pytest.fixture(scope="module")
def python(cache: Path) -> list[str]:
    if lacking := missing():
        pytest.skip(f"install {lacking}")
    return arm64_python(cache / "arm64")


@pytest.fixture(scope="module")
def bundle(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    zipfile.ZipFile(io.BytesIO(build_whole_bundle(LAMBDA, cache).content)).extractall(folder)
    return folder


@pytest.mark.parametrize("handler", sorted(handlers_of_the_template()))
def test_each_handler_answers_with_the_bundle_alone(python: list[str], bundle: Path, handler: str) -> None:
    command = [*python, "-I", "-S", str(COLD_START), str(bundle), handler, json.dumps(EVENTS[handler])]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["strangers"] == []


@pytest.mark.parametrize("suffix", [".jpg", ".heic", ".avif", ".webp"])
def test_it_makes_previews(python: list[str], bundle: Path, tmp_path: Path, suffix: str) -> None:
    photo = tmp_path / f"photo{suffix}"
    if suffix == ".heic":
        from pillow_heif import from_pillow

        from_pillow(Image.new("RGB", (640, 480), "olive")).save(photo)
    else:
        Image.new("RGB", (640, 480), "olive").save(photo)
    command = [*python, "-I", "-S", "-B", "-c", PREVIEWS, str(bundle), str(photo)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100
