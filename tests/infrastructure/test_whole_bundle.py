"""The bundle for AWS: it is what the lock file says, the same each time, and enough by itself."""

import contextlib
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from pillow_heif import from_pillow
from support.handlers import EVENTS, handlers_of_the_template, run_cold
from support.videos import video

from photobak.errors import StackError
from photobak.stack import bundle as bundle_module
from photobak.stack import bytecode, wheels
from photobak.stack.bundle import MAX_BYTES, SERVICES, Bundle, build_video_layer, build_whole_bundle
from photobak.stack.bytecode import bytecode_of, find_interpreter
from photobak.stack.wheels import LAMBDA, Platform, fetch_wheels

MOST_UNPACKED = 250_000_000
"""Bytes of a function and its layers (Lambda quotas, "Deployment package size")."""


@pytest.fixture(scope="session")
def cache() -> Path:
    """Wheels are downloaded once a machine, as for a person who deploys."""
    folder = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(folder) / "photobak" / "tests-deploy"


@pytest.fixture(scope="session")
def bundle(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle for this machine, unpacked."""
    folder = tmp_path_factory.mktemp("bundle")
    content = build_whole_bundle(Platform.of_this_machine(), cache).content
    zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
    return folder


def test_each_handler_of_the_template_has_an_event_here():
    assert handlers_of_the_template() <= set(EVENTS)


@pytest.mark.parametrize("handler", sorted(handlers_of_the_template()))
def test_each_handler_runs_with_the_bundle_alone(bundle, handler):
    ran = run_cold(bundle, handler)
    assert ran["strangers"] == []
    answer = ran["answer"]
    match handler.split(".")[2]:
        case "process":
            assert answer == {"batchItemFailures": []}
        case "api" | "undelete":
            assert answer["statusCode"] == 404
        case "device" | "page":
            assert answer["statusCode"] == 200
        case "live":
            assert answer["policyDocument"]["Statement"][0]["Effect"] == "Deny"
        case "publish":
            assert answer is None
        case "poster":
            assert "no video" in answer["reason"]
        case "pre_sign_up":
            assert answer == EVENTS[handler]


def test_the_bundle_alone_connects_to_each_service(bundle):
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from photobak.cloud.store import connect\n"
        "clients = [connect.connect_s3(), connect.connect_dynamodb(), connect.connect_sqs()]\n"
        "clients += [connect.connect_cognito_identity(), connect.connect_posters('poster')]\n"
        "print(len(clients))"
    )
    command = [sys.executable, "-I", "-S", "-B", "-c", script, str(bundle)]
    keys = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    done = subprocess.run(command, env=keys, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(SERVICES)


def test_every_module_comes_with_its_bytecode_for_the_python_that_runs_it(bundle):
    modules = [path for path in bundle.rglob("*.py") if path.stat().st_size]
    assert len(modules) > 500
    compiled = [path for path in modules if Path(importlib.util.cache_from_source(str(path))).is_file()]
    assert [path for path in modules if path not in compiled] == []


MODULE = {"module.py": b"x = 1\n"}


@pytest.mark.parametrize(
    "script",
    [
        "exec sleep 60",
        "echo pyenv: python3.99: command not found >&2; exit 127",
        "echo 3.98 cpython",
        "echo 3.99 pypy",
    ],
)
def test_a_program_of_pythons_name_that_is_none_is_not_used(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_interpreter("3.99") is None
    put_python(tmp_path, monkeypatch, script)
    monkeypatch.setattr(bytecode, "_VERSION_SECONDS", 0.2)
    assert find_interpreter("3.99") is None


def test_a_python_that_hangs_or_cant_be_started_gives_no_bytecode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bytecode, "_SECONDS", 0.2)
    assert bytecode_of(MODULE, str(put_python(tmp_path, monkeypatch, "exec sleep 60"))) == {}
    assert bytecode_of(MODULE, str(tmp_path / "missing")) == {}


def put_python(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """A python3.99 that runs a line of shell."""
    python = folder / "python3.99"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return python


def test_a_bundle_without_bytecode_is_replaced_once_a_python_is_here(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Platform.of_this_machine()
    own = tmp_path / "cache"
    shutil.copytree(cache, own, ignore=shutil.ignore_patterns("bundle-*"), symlinks=True)
    with monkeypatch.context() as without:
        without.setattr(bundle_module, "find_interpreter", lambda _python: None)
        plain = build_whole_bundle(here, own)
        assert build_whole_bundle(here, own) == plain
    assert not plain.compiled
    assert compiled_names(plain) == []

    with_bytecode = build_whole_bundle(here, own)
    assert with_bytecode.compiled
    assert len(compiled_names(with_bytecode)) > 500

    monkeypatch.setattr(bundle_module, "find_interpreter", lambda _python: None)
    assert build_whole_bundle(here, own) == with_bytecode, "what was compiled once is good without a Python too"


def compiled_names(bundle: Bundle) -> list[str]:
    return [name for name in zipfile.ZipFile(io.BytesIO(bundle.content)).namelist() if name.endswith(".pyc")]


def test_a_cached_bundle_that_was_changed_is_made_anew(cache: Path, tmp_path: Path) -> None:
    here, own = Platform.of_this_machine(), tmp_path / "cache"
    build_whole_bundle(here, cache)
    shutil.copytree(cache, own, symlinks=True)
    (finished,) = own.glob("bundle-*.zip")
    sound = finished.read_bytes()
    finished.write_bytes(sound[:-100] + bytes(100))
    assert build_whole_bundle(here, own).content == sound


def test_a_cached_wheel_that_was_changed_is_downloaded_anew(cache: Path, tmp_path: Path) -> None:
    here, own = Platform.of_this_machine(), tmp_path / "cache"
    fetch_wheels(here, cache)
    shutil.copytree(cache, own, ignore=shutil.ignore_patterns("bundle-*"), symlinks=True)
    wheel = fetch_wheels(here, own)[0]
    sound = wheel.read_bytes()
    wheel.write_bytes(sound + b"evil")
    assert fetch_wheels(here, own)[0].read_bytes() == sound
    wheel.unlink()
    assert fetch_wheels(here, own)[0].read_bytes() == sound


def test_a_pip_in_the_working_folder_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pip.py").write_text("import pathlib; pathlib.Path('ran').touch()")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(wheels, "lock_file", lambda _name: b"")
    with contextlib.suppress(StackError):
        fetch_wheels(LAMBDA, tmp_path / "cache")
    assert not (tmp_path / "ran").exists()


def test_bytecode_is_the_same_each_time_and_needs_no_look_at_its_source():
    files = {path.name: path.read_bytes() for path in Path(wheels.__file__).parent.glob("*.py")}
    here = find_interpreter(Platform.of_this_machine().python)
    first = bytecode_of(files, here)
    assert first == bytecode_of(files, here)
    assert len(first) == len(files)
    unchecked_hash = (1).to_bytes(4, "little")  # PEP 552
    assert {content[4:8] for content in first.values()} == {unchecked_hash}


@pytest.mark.parametrize("suffix", [".jpg", ".heic", ".avif", ".webp", ".png", ".tiff"])
def test_the_bundle_alone_makes_previews(bundle, tmp_path, suffix):
    photo, picture = tmp_path / f"photo{suffix}", Image.new("RGB", (640, 480), "olive")
    if suffix == ".heic":
        from_pillow(picture).save(photo)
    else:
        picture.save(photo)
    script = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from photobak.photo.media_type import recognise; from photobak.photo.preview import make_previews\n"
        "path = Path(sys.argv[2])\n"
        "print(len(make_previews(path, recognise(path.read_bytes()[:4096], path.name)).thumb))"
    )
    command = [sys.executable, "-I", "-S", "-B", "-c", script, str(bundle), str(photo)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100


def test_two_builds_are_the_same_bytes_and_small_enough(cache):
    first = build_whole_bundle(LAMBDA, cache)
    for finished in cache.glob("bundle-*.zip"):
        finished.unlink()
    again = build_whole_bundle(LAMBDA, cache)
    assert again == first
    assert len(first.content) <= MAX_BYTES


def test_the_video_layer_is_the_same_twice_and_small_enough(cache):
    first = build_video_layer(LAMBDA, cache)
    for finished in cache.glob("video-*.zip"):
        finished.unlink()
    assert build_video_layer(LAMBDA, cache) == first
    assert first.key.startswith("layer/")
    assert build_video_layer(LAMBDA, cache) == first, "from the cache"
    unpacked = sum(
        entry.file_size
        for bundle in (first, build_whole_bundle(LAMBDA, cache))
        for entry in zipfile.ZipFile(io.BytesIO(bundle.content)).infolist()
    )
    assert unpacked < MOST_UNPACKED


def test_bundle_and_layer_alone_make_a_poster(bundle, cache, tmp_path):
    layer = tmp_path / "layer"
    zipfile.ZipFile(io.BytesIO(build_video_layer(Platform.of_this_machine(), cache).content)).extractall(layer)
    (tmp_path / "video.mp4").write_bytes(video())
    script = (
        "import sys; sys.path[:0] = sys.argv[1:3]\n"
        "from photobak.photo.media_type import MP4; from photobak.photo.poster import make_poster\n"
        "print(make_poster(open(sys.argv[3], 'rb'), MP4).duration)"
    )
    places = [str(bundle), str(layer / "python"), str(tmp_path / "video.mp4")]
    command = [sys.executable, "-I", "-S", "-B", "-c", script, *places]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == 3.0


def test_ffmpeg_is_in_the_layer_alone(bundle):
    """So the other handlers, which run with the bundle alone here, start as fast as without it."""
    assert not (bundle / "av").exists()


def test_its_libraries_are_for_the_lambdas_machine(cache):
    names = [wheel.name for wheel in fetch_wheels(LAMBDA, cache)]
    native = [name for name in names if not name.endswith("none-any.whl")]
    assert {name.split("-")[0] for name in native} == {"pillow", "pillow_heif", "pydantic_core"}
    assert all("cp313" in name and name.endswith("aarch64.whl") for name in native)


def test_it_carries_libraries_and_our_code_but_neither_the_command_line_nor_the_client(cache):
    names = zipfile.ZipFile(io.BytesIO(build_whole_bundle(LAMBDA, cache).content)).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert {"photobak", "botocore", "PIL", "pillow_heif", "pydantic", "aws_lambda_powertools"} <= tops
    inside = {name.split("/")[1] for name in names if name.startswith("photobak/")}
    assert {name for name in inside if "." not in name} == {"cloud", "gallery", "photo"}


def test_offline_it_says_so_and_leaves_nothing_half_done(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(StackError, match="can't be downloaded") as failure:
        fetch_wheels(LAMBDA, tmp_path / "cache")
    assert "nothing has been changed" in str(failure.value)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_wheel_that_is_not_the_locked_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(wheels, "lock_file", lambda _name: b"filetype==1.2.0 --hash=sha256:" + b"0" * 64 + b"\n")
    with pytest.raises(StackError, match="can't be downloaded"):
        fetch_wheels(LAMBDA, tmp_path / "cache")
