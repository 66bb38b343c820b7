"""The local stack's own disk: a tables' file that can't be read, and a disk that is full."""

import os
import subprocess
from collections.abc import Callable, Iterator
from operator import attrgetter
from pathlib import Path

import pytest
from support.command_line import photobak
from support.owner import Owner, owner_of, small_pictures

from photobak.local.home import Home
from photobak.local.lifecycle import down

SUDO = [] if os.geteuid() == 0 else ["sudo", "-n"]


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    with owner_of(tmp_path / "home", small_pictures(2)) as person:
        yield person


def stack_home(owner: Owner) -> Home:
    return Home.at(owner.home / "photobak" / "state" / "local")


def overwrite_a_page(file: Path) -> None:
    """As after a bad block: the tree of rows is broken, the head of the file is not."""
    content = bytearray(file.read_bytes())
    content[4096:8192] = bytes([0xA5]) * 4096
    file.write_bytes(content)


def write_prose(file: Path) -> None:
    file.write_bytes(b"this is no database\n" * 100)


def spoil_an_item(file: Path) -> None:
    content = file.read_bytes()
    spoilt = content.replace(b'"username"', b'"user\x00ame"')
    assert spoilt != content
    file.write_bytes(spoilt)


@pytest.mark.parametrize(
    "spoil",
    [overwrite_a_page, spoil_an_item, Path.unlink],
    ids=attrgetter("__name__"),
)
def test_damaged_tables_are_put_aside_and_rebuilt_from_the_bucket(
    owner: Owner, spoil: Callable[[Path], object]
) -> None:
    before = owner.listed()
    owner.run("local", "down")
    items = stack_home(owner).items
    assert not items.with_name(f"{items.name}-wal").exists(), "what is below spoils the whole of it"
    spoil(items)
    spoilt = items.read_bytes() if items.exists() else None

    (owner.pictures / "new.jpg").write_bytes(small_pictures(3)["2.jpg"])
    done = owner.run("sync", owner.pictures)
    assert "tables were damaged" in done.stderr
    assert "2 records rebuilt" in done.stderr
    assert owner.listed().keys() == {"0.jpg", "1.jpg", "new.jpg"}
    assert {name: owner.listed()[name] for name in before} == before
    assert owner.run("verify", owner.pictures).returncode == 0
    assert "damaged" not in owner.run("local", "up").stderr, "it is told once"
    aside = [file.read_bytes() for file in items.parent.glob("items.sqlite3.damaged-*")]
    assert aside == ([spoilt] if spoilt is not None else [])


def test_a_rebuild_that_is_cut_off_is_done_by_the_next_command(owner: Owner) -> None:
    before = owner.listed()
    owner.run("local", "down")
    write_prose(stack_home(owner).items)
    owner.run("local", "up")
    home = stack_home(owner)
    home.items_lost_file.touch()  # as where it was killed in the midst of that
    lose_a_record(owner)
    assert "1 record rebuilt" in owner.run("ls").stderr + owner.run("sync", owner.pictures).stderr
    assert owner.listed() == before
    assert not home.items_lost_file.exists()


def lose_a_record(owner: Owner) -> None:
    table, dynamodb = owner.stack.outputs.table, owner.aws("dynamodb")
    item = dynamodb.scan(TableName=table)["Items"][0]
    keys = dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]
    dynamodb.delete_item(TableName=table, Key={key["AttributeName"]: item[key["AttributeName"]] for key in keys})


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MB, a third of which the stack takes for itself."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = [*SUDO, "mount", "-t", "tmpfs", "-o", f"size=64m,mode=0777,uid={os.geteuid()}", "tmpfs", str(folder)]
    made = subprocess.run(mount, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"a disk can be mounted by root or sudo only: {made.stderr.strip()}")
    yield folder
    down(folder / "photobak" / "state" / "local")
    subprocess.run([*SUDO, "umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_called_so(small_disk: Path, tmp_path: Path) -> None:
    owner = Owner(small_disk)
    outside = tmp_path / "Pictures"
    outside.mkdir()
    for number in range(40):
        (outside / f"{number}.jpg").write_bytes(os.urandom(2_000_000))
    owner.run("local", "up")
    done = photobak(small_disk, "sync", str(outside))
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "disk" in done.stderr.splitlines()[-1]
    assert "full" in done.stderr.splitlines()[-1]
    assert "refused" not in done.stderr.splitlines()[-1]

    again = photobak(small_disk, "ls")
    assert again.returncode != 0
    assert "full" in again.stderr
    assert "Traceback" not in again.stderr
