"""The day on which all is lost but the bucket: five hundred files go up and come back, to the last byte and mtime."""

import os
import random
import subprocess
from pathlib import Path

import pytest
from support.backup import Backup, write_photo
from support.library_damage import Damage

from photobak.client.library.library import Library

FILES = 500
CONTENTS = 160
ODD_NAMES = (
    "with space.jpg", "tab\there.jpg", "new\nline.jpg", "quote'\".jpg", "back\\slash.jpg", "ünïcödé.jpg", "日本.jpg",
    "-dash.jpg", ".hidden.jpg", "trailing .jpg", "%41.jpg", "con.jpg", os.fsdecode(b"not\xffutf8.jpg"),
    "n" * 251 + ".jpg",
)  # fmt: skip


@pytest.fixture
def tree(backup: Backup) -> Path:
    """Photos, pairs, sidecars and films with names of all kinds in folders of all depths; most contents lie twice."""
    chance = random.Random(5)
    folders = ["", "2023", "2024/06 Lisbon", "2024/06 Lisbon/raw", "a/b/c/d/e/f", "über/日本", "twins"]
    made = [write_photo(backup.photos / chance.choice(folders) / name, 40, chance) for name in ODD_NAMES]
    while len(made) < CONTENTS:
        folder, stem = backup.photos / chance.choice(folders), f"IMG_{len(made):04}"
        made.append(write_photo(folder / f"{stem}.JPG", 40, chance))
        made += [_beside(folder / f"{stem}{suffix}", chance) for suffix in (".xmp", ".aae", ".MOV")]
    originals = list(made)
    while len(made) < FILES:
        twin = backup.photos / chance.choice(folders) / f"copy {len(made)} of {chance.choice('xyz')}.jpg"
        twin.parent.mkdir(parents=True, exist_ok=True)
        twin.write_bytes(chance.choice(originals[: CONTENTS // 2]).read_bytes())
        made.append(twin)
    for path in made:
        seconds = chance.randrange(10**9, 17 * 10**8)
        os.utime(path, ns=(seconds * 10**9, seconds * 10**9 + chance.randrange(10**6) * 1000))
    return backup.photos


def _beside(path: Path, chance: random.Random) -> Path:
    """A sidecar or a film of no content to speak of."""
    noise = chance.randbytes(8).hex()
    film = b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + noise.encode()
    path.write_bytes(film if path.suffix == ".MOV" else f"<x:xmpmeta xmlns:x='adobe:ns:meta/' id='{noise}'/>".encode())
    return path


def test_all_comes_back_when_index_and_tables_are_lost(backup: Backup, tree: Path, tmp_path: Path) -> None:
    assert backup.run("sync", str(tree)).returncode == 0
    records = backup.records()
    Damage(backup).lose_tables(*records.values())
    assert list(Library(backup.session()).records()) == []
    new = Backup(tmp_path / "new", backup.stack, backup.account)
    repaired = new.run("repair")
    assert repaired.returncode == 0, repaired.stdout + repaired.stderr
    assert new.records() == records
    restored = new.run("get", "--all", "--dotfiles", "--layout", "source", "--to", str(new.home / "restored"))
    assert restored.returncode == 0, restored.stdout + restored.stderr
    compared = subprocess.run(["diff", "-r", tree, new.home / "restored"], capture_output=True, check=False)
    assert (compared.stdout, compared.returncode) == (b"", 0)
    alone = [record.parsed_sources[0].path for record in records.values() if len(record.parsed_sources) == 1]
    assert len(alone) > CONTENTS // 3
    for path in alone:
        assert _mtime(new.home / "restored" / path) == _mtime(tree / path), path


def _mtime(path: Path) -> int:
    """In microseconds, which is what a record keeps."""
    return path.stat().st_mtime_ns // 1000
