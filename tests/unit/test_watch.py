"""When a watch looks again, what it makes of trouble, and what it calls a change."""

import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from photobak.client import watch
from photobak.client.files.scan import distinct_roots
from photobak.client.watch import Changes, Watch
from photobak.errors import CloudError, RunLocked, SignInNeeded
from photobak.platform.mounts import mounts_here, network_file_system

EVERY = 60.0


class Waits:
    """Occasions that wait for nothing; after as many as there are steps, the person presses Ctrl-C."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.seconds: list[float] = []

    def wait(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if len(self.seconds) == self.steps:
            raise KeyboardInterrupt


def watched(*rounds: bool | Exception) -> tuple[list[float], list[str]]:
    """The pauses after rounds with these ends, and what was told."""
    ends, waits, told = iter(rounds), Waits(len(rounds)), list[str]()

    def sync() -> bool:
        end = next(ends)
        if isinstance(end, Exception):
            raise end
        return end

    with suppress(KeyboardInterrupt):
        Watch(sync, waits, EVERY, told.append).run()
    return waits.seconds, told


def test_where_all_is_safe_only_time_and_changes_count() -> None:
    assert watched(True, True, True) == ([EVERY] * 3, [])


def test_what_is_not_safe_is_tried_again_soon_then_less_often() -> None:
    assert watched(False, False, False, False, False, False, True, False)[0] == [5, 10, 20, 40, 60, 60, EVERY, 5]


def test_trouble_is_told_once_and_so_is_its_end() -> None:
    lost, busy = CloudError("the cloud can't be reached", why="no network"), RunLocked("another photobak is at work")
    pauses, told = watched(lost, lost, busy, busy, True, True, lost)
    assert pauses == [5, 10, 20, 40, EVERY, EVERY, 5]
    assert told == [
        "the cloud can't be reached: no network. Trying again until it works",
        "another photobak is at work. Trying again until it works",
        "at work again",
        "the cloud can't be reached: no network. Trying again until it works",
    ]


def test_a_session_that_has_ended_ends_the_watch() -> None:
    with pytest.raises(SignInNeeded):
        watched(SignInNeeded("sign in"))


# ---------------------------------------------------------------------- changes


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(watch, "_CALM", 1.0)
    folder = tmp_path / "Pictures"
    (folder / "state").mkdir(parents=True)
    return folder


def changes_in(folder: Path) -> Changes:
    return Changes(distinct_roots([folder]), own=[folder / "state"])


def waited(told: Changes, seconds: float) -> float:
    began = time.monotonic()
    told.wait(seconds)
    return time.monotonic() - began


def test_a_change_ends_the_wait_also_where_it_came_before_and_in_a_folder_that_is_new(folder: Path) -> None:
    told = changes_in(folder)
    (folder / "new").mkdir()
    (folder / "new" / "a.jpg").write_bytes(b"a")
    assert waited(told, 60) < 30


def test_what_photobak_writes_itself_and_what_is_only_read_are_no_changes(folder: Path) -> None:
    (folder / "a.jpg").write_bytes(b"a")
    told = changes_in(folder)
    (folder / "state" / "index").write_bytes(b"b")
    (folder / "a.jpg").read_bytes()
    assert waited(told, 1.5) >= 1.5


def test_what_is_being_copied_is_waited_for(folder: Path) -> None:
    told = changes_in(folder)
    ended = []

    def copy() -> None:
        with (folder / "film.mp4").open("wb") as file:
            for _ in range(10):
                file.write(b"x" * 1000)
                file.flush()
                time.sleep(0.2)
        ended.append(time.monotonic())

    copying = threading.Thread(target=copy)
    copying.start()
    told.wait(60)
    assert ended
    copying.join()


def test_a_file_that_was_named_is_watched_alone(folder: Path) -> None:
    (folder / "a.jpg").write_bytes(b"a")
    told = Changes(distinct_roots([folder / "a.jpg"]), own=[])
    (folder / "b.jpg").write_bytes(b"b")
    assert waited(told, 1.5) >= 1.5
    (folder / "a.jpg").write_bytes(b"c")
    assert waited(told, 60) < 30


def test_what_is_not_there_tells_of_no_changes(folder: Path) -> None:
    roots = distinct_roots([folder])
    (folder / "state").rmdir()
    folder.rmdir()
    with pytest.raises(OSError, match="No path was found"):
        Changes(roots, own=[])


MOUNTS = r"""/dev/sda1 / ext4 rw 0 0
nas:/photos /mnt/nas nfs4 rw 0 0
/dev/sdb1 /mnt/nas/disk ext4 rw 0 0
//nas/a\040b /mnt/a\040b cifs rw 0 0
me@host:/ /home/me/far fuse.sshfs rw 0 0
/dev/sdc1 /media/stick fuseblk rw 0 0
tmpfs /mnt/covered tmpfs rw 0 0
nas:/x /mnt/covered nfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me/Pictures", ""),
        ("/mnt/nas", "nfs4"),
        ("/mnt/nas/2024/june", "nfs4"),
        ("/mnt/nas/disk/a", ""),
        ("/mnt/nasty", ""),
        ("/mnt/a b/c", "cifs"),
        ("/home/me/far/away", "fuse.sshfs"),
        ("/media/stick", ""),
        ("/mnt/covered", "nfs"),
    ],
)
def test_file_systems_of_a_network_are_known(path: str, kind: str) -> None:
    assert network_file_system(Path(path), MOUNTS) == kind


def test_mounts_of_this_machine_are_legible() -> None:
    assert network_file_system(Path("/proc"), mounts_here()) == ""
    assert network_file_system(Path("/proc"), "") == ""
