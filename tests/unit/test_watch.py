"""When a watch looks again, what it makes of trouble, and which mounts are another machine's."""

from contextlib import suppress
from pathlib import Path

import pytest

from photobak.client.watch import Watch
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
        "the cloud can't be reached: no network. Retrying until it works",
        "another photobak is at work. Retrying until it works",
        "backing up again",
        "the cloud can't be reached: no network. Retrying until it works",
    ]


def test_a_session_that_has_ended_ends_the_watch() -> None:
    with pytest.raises(SignInNeeded):
        watched(SignInNeeded("sign in"))


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
