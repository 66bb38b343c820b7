"""The Lambda bundle: our own code as a deterministic zip."""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

PACKAGES: Final = ("cloud", "photo")
"""The folders of the package that run in a Lambda; its top-level modules come along."""

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can carry
_READABLE: Final = 0o644 << 16


@dataclass(frozen=True, slots=True)
class Bundle:
    """A zip for Lambda and the key that names its content."""

    content: bytes
    key: str
    """``code/{sha256 of the zip}.zip``: new code is a new key, which is what makes CloudFormation update a function."""


def build_bundle() -> Bundle:
    """Zip the code that the Lambdas run; the same files give the same bytes."""
    package = Path(str(resources.files("photobak")))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(_sources(package)):
            entry = zipfile.ZipInfo(path.relative_to(package.parent).as_posix(), _EPOCH)
            entry.external_attr = _READABLE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    content = buffer.getvalue()
    return Bundle(content, f"code/{hashlib.sha256(content).hexdigest()}.zip")


def _sources(package: Path) -> list[Path]:
    folders = [package / name for name in PACKAGES]
    inside = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return [*package.glob("*.py"), *inside]
