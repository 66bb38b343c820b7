"""The Lambda bundle as a deterministic zip: our own code, and for AWS the libraries that it imports; FFmpeg apart."""

import hashlib
import io
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from photobak.errors import StackError
from photobak.stack.bytecode import bytecode_of, find_interpreter
from photobak.stack.page_files import page_files
from photobak.stack.wheels import VIDEO, Platform, fetch_wheels, lock_file

PACKAGES: Final = ("cloud", "gallery", "photo")
"""The folders of the package that run in a Lambda; its top-level modules come along."""

MAX_BYTES: Final = 50 * 1000 * 1000
"""The largest zip that we upload; Lambda unpacks up to 250 MB."""

SERVICES: Final = frozenset({"cognito-identity", "dynamodb", "lambda", "s3", "sqs"})
"""What the functions talk to; of botocore's models of all services, which are half of the bundle, these come along."""

_LAYERS: Final = "layer"
_MODELS: Final = re.compile(r"botocore/data/([^/]+)/")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can carry
_READABLE: Final = 0o644 << 16
_COMPRESSED: Final = (".br", ".gz")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A zip for Lambda and the key that names its content."""

    content: bytes
    key: str
    """With the SHA-256 of the zip: new code is a new key, which is what makes CloudFormation update a function."""
    compiled: bool
    """Whether bytecode is in it; without, functions start more slowly."""

    @classmethod
    def of(cls, content: bytes, *, compiled: bool = False, folder: str = "code") -> "Bundle":
        """Name a zip by its content."""
        return cls(content, f"{folder}/{hashlib.sha256(content).hexdigest()}.zip", compiled)


def build_bundle() -> Bundle:
    """Zip our own code, which is all that the local stack needs; the same files give the same bytes."""
    return Bundle.of(_zip(_own_files()))


def build_whole_bundle(platform: Platform, cache: Path) -> Bundle:
    """Zip our own code and every library that it imports; the same files give the same bytes.

    botocore comes along although Lambda has one: CopyObject's IfNoneMatch is younger than a runtime's boto3 may be, and
    what was tested is what should run.

    Args:
        platform: what the functions run on.
        cache: a folder that is kept: wheels and finished bundles.

    Raises:
        StackError: a library can't be had, or the bundle is too large for Lambda.
    """
    interpreter = find_interpreter(platform.python)
    inputs = "bundle-" + _digest(build_bundle().content + lock_file() + repr(platform).encode())[:16]
    cached = _cached(cache, inputs, compiled=True) or (None if interpreter else _cached(cache, inputs, compiled=False))
    if cached:
        return cached
    files = _own_files() | _files_of(fetch_wheels(platform, cache))
    bytecode = bytecode_of(files, interpreter) if interpreter else {}
    bundle = Bundle.of(_zip(files | bytecode), compiled=bool(bytecode))
    _refuse_too_large(bundle)
    _keep(cache, inputs, bundle)
    return bundle


def build_video_layer(platform: Platform, cache: Path) -> Bundle:
    """Zip FFmpeg for the one function that has it; the same files give the same bytes. As ``build_whole_bundle``."""
    inputs = "video-" + _digest(lock_file(VIDEO) + repr(platform).encode())[:16]
    layer = _cached(cache, inputs, compiled=False, folder=_LAYERS)
    if layer is None:
        files = _files_of(fetch_wheels(platform, cache, VIDEO))
        # Lambda puts a layer at /opt, and Python finds /opt/python (lambda/latest/dg/python-layers.html).
        content = _zip({f"python/{name}": files[name] for name in files if not name.endswith((".pyi", ".pxd"))})
        layer = Bundle.of(content, folder=_LAYERS)
        _refuse_too_large(layer)
        _keep(cache, inputs, layer)
    return layer


def _refuse_too_large(bundle: Bundle) -> None:
    if len(bundle.content) > MAX_BYTES:
        raise StackError("the Lambda bundle is too large", why=f"{len(bundle.content):,} bytes, {MAX_BYTES:,} at most")


def _zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            _add(archive, name, content)
    return buffer.getvalue()


def _own_files() -> dict[str, bytes]:
    package = Path(str(resources.files("photobak")))
    files = {path.relative_to(package.parent).as_posix(): path.read_bytes() for path in _sources(package)}
    page = page_files(package / "gallery" / "static")
    return dict(sorted((files | {f"photobak/gallery/built/{name}": content for name, content in page.items()}).items()))


def _files_of(wheels: Iterable[Path]) -> dict[str, bytes]:
    files = {}
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as unpacked:
            files.update({name: unpacked.read(name) for name in sorted(unpacked.namelist()) if _runs(name)})
    return files


def _runs(name: str) -> bool:
    """Whether a wheel's file is wanted.

    Not a folder's name, a command line, a list of what was installed where, or the model of a service that no function
    talks to.
    """
    service = _MODELS.match(name)
    if service and service[1] not in SERVICES:
        return False
    return not name.endswith(("/", ".dist-info/RECORD")) and ".data/scripts/" not in name


def _sources(package: Path) -> list[Path]:
    folders = [package / name for name in PACKAGES]
    inside = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    page = package / "gallery" / "static"
    return [*package.glob("*.py"), *(path for path in inside if not path.is_relative_to(page))]


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.external_attr = _READABLE
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(_COMPRESSED) else zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _cached(cache: Path, inputs: str, *, compiled: bool, folder: str = "code") -> Bundle | None:
    """A finished bundle of the same inputs; a file whose content is not what its name says is left alone."""
    for file in cache.glob(_cache_name(inputs, compiled=compiled, digest="*")):
        bundle = Bundle.of(file.read_bytes(), compiled=compiled, folder=folder)
        if file.name == _cache_name(inputs, compiled=compiled, digest=_digest(bundle.content)):
            return bundle
    return None


def _keep(cache: Path, inputs: str, bundle: Bundle) -> None:
    """Cache a finished bundle, whole or not at all; the ones before it go."""
    for outdated in cache.glob(f"{inputs.partition('-')[0]}-*.zip"):
        outdated.unlink(missing_ok=True)
    with tempfile.NamedTemporaryFile(dir=cache, delete=False) as file:
        file.write(bundle.content)
    final = cache / _cache_name(inputs, compiled=bundle.compiled, digest=_digest(bundle.content))
    os.replace(file.name, final)  # noqa: PTH105 - the name of a file that is closed by now


def _cache_name(inputs: str, *, compiled: bool, digest: str) -> str:
    return f"{inputs}-{'compiled' if compiled else 'source'}-{digest}.zip"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
