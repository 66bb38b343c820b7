"""`photobak watch` as a person leaves it running: what comes is backed up and told, whatever happens meanwhile."""

import fcntl
import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

from support.backup import Backup, sha256, write_photo
from support.local_stack import eventually
from support.tcp_proxy import TcpProxy


class Watching:
    """A running `photobak watch --json`, and what it has said."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        self.process = process
        self.told: Queue[dict[str, Any]] = Queue()
        self.talk: list[str] = []
        self._read(process.stdout, lambda line: self.told.put(json.loads(line)))
        self._read(process.stderr, lambda line: line.strip() and self.talk.append(line.rstrip()))

    def next(self) -> tuple[str, str]:
        """The next file that is told of: name and result."""
        entry = self.told.get(timeout=90)
        return Path(entry["path"]).name, entry["result"]

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)

    @staticmethod
    def _read(stream: Any, take: Any) -> None:
        def read() -> None:
            for line in stream:
                take(line)

        threading.Thread(target=read, daemon=True).start()


@contextmanager
def watching(backup: Backup, *arguments: str, **environment: str) -> Iterator[Watching]:
    with backup.start("watch", "Pictures", "--json", *arguments, **environment) as process:
        try:
            yield Watching(process)
        finally:
            process.kill()


def places(backup: Backup) -> set[str]:
    return {source.partition(":")[2] for record in backup.records().values() for source in record.sources}


def test_what_comes_is_stored_and_told_as_it_comes_until_ctrl_c(backup: Backup) -> None:
    backup.make("there.jpg")
    closed = backup.photos / "closed"
    closed.mkdir()
    closed.chmod(0)
    try:
        with watching(backup) as watch:
            assert {watch.next(), watch.next()} == {("there.jpg", "stored"), ("closed", "failed")}
            write_photo(backup.photos / "2024" / "06" / "new.jpg")
            assert watch.next() == ("new.jpg", "stored")
            (backup.photos / "2024").rename(backup.photos / "moved")
            assert watch.next() == ("new.jpg", "already-stored")
            eventually(lambda: places(backup) == {"there.jpg", "moved/06/new.jpg"})
            assert watch.interrupt() == 130
            eventually(lambda: watch.talk[-1:] == ["photobak: interrupted"])
            assert watch.told.empty()  # the folder that can't be entered was told of once
            assert len(watch.talk) == 2
    finally:
        closed.chmod(0o700)


def test_a_network_that_is_gone_and_another_run_are_waited_for(backup: Backup) -> None:
    with (
        TcpProxy(backup.stack.endpoint_url).running() as line,
        watching(backup, "--every", "2", **line.environment) as watch,
    ):
        backup.make("a.jpg")
        assert watch.next() == ("a.jpg", "stored")
        with line.down():
            backup.make("b.jpg")
            eventually(lambda: watch.talk)
        assert watch.next() == ("b.jpg", "stored")
        eventually(lambda: watch.talk[-1] == "photobak: backing up again")

        lock = backup.places.state / f"{backup.profile.name}.run.lock"
        with lock.open("r+b") as held:
            eventually(lambda: _locked(held))
            backup.make("c.jpg")
            eventually(lambda: "another photobak is at work" in watch.talk[-1])
        assert watch.next() == ("c.jpg", "stored")
        eventually(lambda: watch.talk[-1] == "photobak: backing up again")
        assert len(watch.talk) == 4
        assert watch.interrupt() == 130


def _locked(file: Any) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def test_into_a_pipe_it_prints_each_file(backup: Backup) -> None:
    (photo,) = backup.make("a.jpg")
    with backup.start("watch", "Pictures") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line == f"{sha256(photo)[:12]}  {taken(backup)}  {photo}\n"
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=60) == ("", "")


def taken(backup: Backup) -> str:
    (record,) = backup.records().values()
    return f"{record.taken.taken_at.astimezone():%Y-%m-%d %H:%M}"


def test_quiet_it_says_nothing_where_all_is_well(backup: Backup) -> None:
    backup.make("a.jpg")
    with backup.start("-q", "watch", "Pictures") as process:
        eventually(backup.records)
        eventually(lambda: backup.index_file.exists())
        eventually(lambda: b"a.jpg" in backup.index_file.read_bytes())
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=60) == ("", "")


def test_wrong_paths_and_a_sign_in_that_is_needed_end_it_at_once(backup: Backup) -> None:
    assert backup.run("watch", "nowhere").returncode == 2
    assert backup.run("watch", "Pictures", "--every", "0").returncode == 2
    assert backup.run("logout").returncode == 0
    done = backup.run("watch", "Pictures")
    assert (done.returncode, done.stdout) == (4, "")
