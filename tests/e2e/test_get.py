"""`photobak get`, as a person in a hurry uses it: what was asked for comes back, and nothing else is touched."""

import hashlib
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.backup import Backup, contents, json_lines, write_photo
from support.fault_proxy import Fault, FaultProxy, Kind
from support.local_stack import root_client

from photobak.local.values import LocalStack
from photobak.photo.record import Record

LARGE = 20_000_000
SMALL = ("CON.jpg", "b/a.jpg")
"""Each comes in one fetch, and ``large.jpg`` in several."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, local_stack: LocalStack) -> Backup:
    """Somebody whose photos are backed up, and stay as they are: one large, two alike, a pair, odd names."""
    person = Backup(tmp_path_factory.mktemp("library") / "home", local_stack)
    person.make("2024/a.jpg", "2024/A.JPG", "b/a.jpg", "caf\u00e9.jpg", "cafe\u0301.jpg", "two\nlines.jpg", "CON.jpg")
    write_photo(person.photos / "large.jpg", LARGE)
    (person.photos / "2024/twin of a.jpg").write_bytes((person.photos / "2024/a.jpg").read_bytes())
    (person.photos / "2024/a.xmp").write_text("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    for number, path in enumerate(sorted(path for path in person.photos.rglob("*") if path.is_file())):
        os.utime(path, ns=(0, 1_700_000_000_123_456_000 + number * 10**9))
    assert person.sync().summary.complete
    return person


def get(
    person: Backup, *arguments: str, code: int = 0, **environment: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    done = person.run("get", *arguments, "--json", **environment)
    assert done.returncode == code, done.stderr
    return json_lines(done.stdout)


def results(lines: list[dict[str, Any]]) -> dict[str, str]:
    return {Path(line["path"]).name: line["result"] for line in lines}


def in_this_order(person: Backup, *names: str) -> list[str]:
    """The ids of some photos: named so, they come in this order."""
    return [hashlib.sha256((person.photos / name).read_bytes()).hexdigest() for name in names]


def one_by_one(person: Backup, folder: Path) -> list[str]:
    """The arguments by which a ``get`` fetches the small files and then the large one, one after the other."""
    ids = in_this_order(person, *SMALL, "large.jpg")
    return [*ids, "--layout", "flat", "--jobs", "1", "--to", str(folder)]


def port_of(person: Backup) -> int:
    """The port of the person's cloud."""
    return int(person.stack.endpoint_url.rpartition(":")[2])


def mtimes(folder: Path) -> dict[str, int]:
    return {os.path.relpath(path, folder): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


class TestWhatComesBack:
    def test_the_tree_as_it_lay_and_nothing_twice(self, library: Backup, tmp_path: Path) -> None:
        arguments = ("--all", "--layout", "source", "--to", str(tmp_path / "back"))
        lines, summary = get(library, *arguments)
        before = mtimes(library.photos)
        assert contents(tmp_path / "back") == contents(library.photos)
        assert {name: time for name, time in mtimes(tmp_path / "back").items() if "a.jpg" not in name} == {
            name: time
            for name, time in before.items()
            if "a.jpg" not in name  # a twin has the time of one of the two
        }
        files = len(before)
        assert (summary["matched"], summary["restored"], len(lines)) == (files, files, files)
        assert summary["bytes"] == sum(path.stat().st_size for path in library.photos.rglob("*") if path.is_file())
        _, again = get(library, *arguments)
        assert (again["existing"], again["restored"], again["bytes"]) == (files, 0, 0)

    @pytest.mark.parametrize(
        ("layout", "expected"),
        [
            ("date", "2024/06/30/large.jpg"),
            ("flat", "large.jpg"),
            ("{year}-{month:02}/{kind}/{stem}_{id}.{ext}", "2024-06/photo/"),
        ],
    )
    def test_other_layouts_have_the_capture_time(
        self, library: Backup, tmp_path: Path, layout: str, expected: str
    ) -> None:
        lines, _ = get(library, "--kind", "photo", "--layout", layout, "--to", str(tmp_path))
        assert any(Path(line["path"]).relative_to(tmp_path).as_posix().startswith(expected) for line in lines)
        assert {time // 10**9 for time in mtimes(tmp_path).values()} == {1719741600}
        assert set(contents(tmp_path).values()) == {
            digest for name, digest in contents(library.photos).items() if not name.endswith(".xmp")
        }

    def test_by_id_by_date_by_filter_and_by_list(self, library: Backup, tmp_path: Path) -> None:
        large = hashlib.sha256((library.photos / "large.jpg").read_bytes()).hexdigest()
        assert results(get(library, large[:6], large, "--to", str(tmp_path / "id"))[0]) == {"large.jpg": "restored"}
        assert get(library, "--since", "2030", "--to", str(tmp_path / "none"))[1]["matched"] == 0
        side = get(library, "--kind", "sidecar", "--since", "2024-06", "--until", "2024", "--to", str(tmp_path / "x"))
        assert results(side[0]) == {"a.xmp": "restored"}
        listed = library.run("ls", "--json", "--kind", "photo", "--kind", "video", "--kind", "sidecar")
        (tmp_path / "list").write_text(f"{large[:12]}  large\n" + listed.stdout)
        assert get(library, "--from-list", str(tmp_path / "list"), "--to", str(tmp_path / "l"))[1]["restored"] == 9
        (tmp_path / "list").write_text(f"{'f' * 12}\n{large}\n{'e' * 64}\n")
        some = library.run("get", "--from-list", str(tmp_path / "list"), "--to", str(tmp_path / "some"), "--json")
        assert (some.returncode, json_lines(some.stdout)[1]["restored"]) == (3, 1)
        assert [line.partition(".")[0] for line in some.stderr.splitlines()] == [
            f"photobak: there is no photo {'f' * 12}",
            f"photobak: there is no photo {'e' * 64}",
        ]
        (tmp_path / "list").write_text("")
        assert get(library, "--from-list", str(tmp_path / "list"), "--to", str(tmp_path / "e"))[1]["matched"] == 0

    def test_from_standard_input(self, library: Backup, tmp_path: Path) -> None:
        listed = library.run("ls", "--kind", "sidecar").stdout
        process = library.start("get", "--from-list", "-", "--to", str(tmp_path), stdin=subprocess.PIPE)
        process.communicate(listed, timeout=60)
        assert process.returncode == 0
        assert [path.name for path in tmp_path.rglob("*.xmp")] == ["a.xmp"]

    def test_previews_are_checked_too(self, library: Backup, tmp_path: Path) -> None:
        arguments = ("--all", "--size", "thumb", "--layout", "flat", "--to", str(tmp_path))
        lines, summary = get(library, *arguments)
        assert (summary["restored"], len(lines)) == (8, 8)  # the sidecar has none
        with Image.open(tmp_path / "large.jpg.webp") as preview:
            assert preview.format == "WEBP"
        assert get(library, *arguments)[1]["existing"] == 8
        (tmp_path / "large.jpg.webp").write_bytes(b"x")
        assert results(get(library, *arguments, code=3)[0])["large.jpg.webp"] == "failed"

    def test_what_would_be_done(self, library: Backup, tmp_path: Path) -> None:
        lines, summary = get(library, "--all", "--dry-run", "--to", str(tmp_path / "none"))
        assert {line["result"] for line in lines} == {"would-restore"}
        assert (summary["matched"], summary["restored"]) == (9, 0)
        assert not (tmp_path / "none").exists()
        said = library.run("get", "--all", "--dry-run", "--to", str(tmp_path / "none")).stderr
        assert f"would-restore {tmp_path}/none/2024/06/30/large.jpg" in said


class TestWhatIsThere:
    def test_other_bytes_stay_unless_they_are_to_go(self, library: Backup, tmp_path: Path) -> None:
        (tmp_path / "large.jpg").write_bytes(b"other")
        arguments = ("--all", "--layout", "flat", "--to", str(tmp_path))
        lines, summary = get(library, *arguments, code=3)
        assert results(lines)["large.jpg"] == "failed"
        assert (summary["failed"], summary["restored"]) == (1, 8)
        assert (tmp_path / "large.jpg").read_bytes() == b"other"
        assert results(get(library, *arguments, "--force")[0])["large.jpg"] == "restored"
        assert (tmp_path / "large.jpg").stat().st_size > LARGE

    def test_no_link_that_lies_there_leads_out(self, library: Backup, tmp_path: Path) -> None:
        for name in ("outside", "to"):
            (tmp_path / name).mkdir()
        (tmp_path / "victim").write_bytes(b"precious")
        (tmp_path / "to/b").symlink_to(tmp_path / "outside")
        (tmp_path / "to/large.jpg").symlink_to(tmp_path / "victim")
        arguments = ("--all", "--layout", "source", "--to", str(tmp_path / "to"))
        lines, summary = get(library, *arguments, code=3)
        assert summary["failed"] == 2
        assert {line["reason"] for line in lines if Path(line["path"]).parent.name == "b"} == {
            "b must be a folder but is a symbolic link, which could lead elsewhere"
        }
        get(library, *arguments, "--force", code=3)
        assert not list((tmp_path / "outside").iterdir())
        assert (tmp_path / "victim").read_bytes() == b"precious"
        assert not (tmp_path / "to/large.jpg").is_symlink()


class TestDamageInTheCloud:
    def test_nothing_wrong_gets_its_name_and_the_others_are_unaffected(self, backup: Backup, tmp_path: Path) -> None:
        names = ["changed.jpg", "cut.jpg", "empty.jpg", "gone.jpg", "grown.jpg", "sound.jpg", "other.jpg"]
        backup.make(*names)
        write_photo(backup.photos / "large.jpg", LARGE)
        backup.sync()
        records = {record.filename: record for record in backup.records().values()}
        s3, bucket = root_client(backup.stack, "s3"), backup.profile.bucket

        def put(record: Record, body: bytes) -> None:
            s3.put_object(Bucket=bucket, Key=record.original_key, Body=body)

        before = {name: (backup.photos / name).read_bytes() for name in [*names, "large.jpg"]}
        put(records["changed.jpg"], before["changed.jpg"][:-1] + b"?")
        put(records["cut.jpg"], before["cut.jpg"][:-1])
        put(records["empty.jpg"], b"")
        put(records["grown.jpg"], before["grown.jpg"] + b"?")
        put(records["other.jpg"], before["sound.jpg"])
        put(records["large.jpg"], before["large.jpg"][:-1] + b"?")
        s3.delete_object(Bucket=bucket, Key=records["gone.jpg"].original_key)

        lines, summary = get(backup, "--all", "--layout", "flat", "--to", str(tmp_path / "to"), code=3)
        wrong = "the bytes in the cloud are not those that were stored. Type: photobak verify --read-data"
        size = len(before["cut.jpg"])
        assert {Path(line["path"]).name: line["reason"] for line in lines} == {
            "changed.jpg": wrong,
            "other.jpg": wrong,
            "large.jpg": wrong,
            "cut.jpg": f"it has {size - 1} bytes in the cloud instead of {size}. Type: photobak verify",
            "empty.jpg": f"it has 0 bytes in the cloud instead of {size}. Type: photobak verify",
            "grown.jpg": f"it has {size + 1} bytes in the cloud instead of {size}. Type: photobak verify",
            "gone.jpg": "it is gone from the cloud. Type: photobak verify",
            "sound.jpg": None,
        }
        assert (summary["restored"], summary["failed"]) == (1, 7)
        assert [path.name for path in (tmp_path / "to").iterdir()] == ["sound.jpg"]


class TestTheLine:
    def test_what_passes_is_not_noticed(self, library: Backup, tmp_path: Path) -> None:
        faults = [Fault.CUT_ANSWER, Fault.OLD_KEYS, Fault.SERVER_ERROR, Fault.DROP, Fault.SLOW_DOWN, Fault.LOSE_ANSWER]
        # Keys are renewed once a request: that it is told twice of old ones is another test.
        decide = dict(enumerate([*faults, *(fault for fault in faults if fault is not Fault.OLD_KEYS)]))
        with FaultProxy(
            port_of(library), lambda kind, number: decide.get(number, Fault.NONE) if kind is Kind.FETCH else Fault.NONE
        ).running() as proxy:
            get(library, "--all", "--layout", "source", "--to", str(tmp_path), **proxy.environment)
        assert contents(tmp_path) == contents(library.photos)
        assert proxy.done[Fault.CUT_ANSWER] == 2

    @pytest.mark.parametrize("good_for", [0, 4])
    def test_a_sign_in_that_ends_says_so_and_the_same_command_goes_on(
        self, library: Backup, tmp_path: Path, good_for: int
    ) -> None:
        arguments = one_by_one(library, tmp_path)
        restored = min(good_for, len(SMALL))

        def end(kind: Kind, number: int) -> Fault:
            return Fault.OLD_KEYS if kind is Kind.FETCH and number >= good_for else Fault.NONE

        with FaultProxy(port_of(library), end).running() as proxy:
            done = library.run("get", *arguments, **proxy.environment)
        assert done.returncode == 4
        assert "the sign-in is not accepted any more: ExpiredToken. Type: photobak login" in done.stderr
        assert f"{3 - restored} not restored (run the same command to continue)" in done.stderr
        summary = get(library, *arguments)[1]
        assert (summary["existing"], summary["restored"]) == (restored, 3 - restored)

    def test_ctrl_c_says_what_is_there_and_the_same_command_goes_on(self, library: Backup, tmp_path: Path) -> None:
        arguments = one_by_one(library, tmp_path)

        def never_the_third(kind: Kind, number: int) -> Fault:
            return Fault.DELAY if kind is Kind.FETCH and number >= 2 else Fault.NONE

        with FaultProxy(port_of(library), never_the_third, pause=30).running() as proxy:
            process = library.start("-v", "get", *arguments, **proxy.environment)
            assert process.stderr is not None
            told = {process.stderr.readline().split(maxsplit=1)[0] for _ in range(2)}
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=20)
        assert (told, process.returncode) == ({"restored"}, 130)
        assert "2 files restored to" in said
        assert "1 not restored (run the same command to continue)" in said
        summary = get(library, *arguments)[1]
        assert (summary["existing"], summary["restored"]) == (2, 1)
