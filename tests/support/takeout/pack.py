"""Packs files as Google does: into zip and tgz files, in any order."""

import io
import random
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from support.takeout.maker import NOON


def pack(files: Mapping[str, bytes], folder: Path, parts: int, chance: random.Random) -> list[Path]:
    """Spread files over so many parts, zip and tgz by turns, in any order."""
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(files)
    chance.shuffle(names)
    paths = []
    for part in range(parts):
        ending = "tgz" if part % 2 else "zip"
        path = folder / f"takeout-20240719T011900Z-{part + 1:03}.{ending}"
        own = {name: files[name] for name in names[part::parts]}
        (_write_tgz if part % 2 else _write_zip)(path, own)
        paths.append(path)
    chance.shuffle(paths)
    return paths


def _write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def _write_tgz(path: Path, files: Mapping[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), int(NOON.timestamp())
            archive.addfile(info, io.BytesIO(content))
