"""What people and cameras get wrong: one line that says what and why, the right exit code, the other photos safe."""

import hashlib
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image
from support.backup import Backup, contents, json_lines
from support.command_line import PHOTOBAK, environ_of, photobak
from support.pictures import encoded, quadrants

from photobak.local.values import LocalStack

WITHOUT = str(Path(__file__).parents[1] / "support" / "without")


def sixteen_bits() -> bytes:
    """A PNG of 16 bits a channel."""
    return encoded(Image.new("I;16", (40, 30), 30_000), "PNG")


def animated(name: str) -> bytes:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    return encoded(frames[0], name, save_all=True, append_images=frames[1:])


def chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(xmp: bytes = b"") -> bytes:
    """A PNG of some hundred bytes that says it has 60,000 x 60,000 pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    said = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp) if xmp else b""
    return b"\x89PNG\r\n\x1a\n" + head + said + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def names_in_a_long_namespace() -> bytes:
    """XMP for which a parser that joins names and namespaces takes 3 GB."""
    names = "".join(f"<n{number}/>" for number in range(56_000))
    return f'<x:a xmlns:x="adobe:ns:meta/" xmlns="{"u" * 400_000}">{names}</x:a>'.encode()


WITH_PEAK = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, file=sys.stderr)
sys.exit(done.returncode)
"""
"""Runs a command and says its peak memory in bytes. It is small: a child counts the memory of its parent at first."""

JPEG = encoded(quadrants(), "JPEG")
STORED = {
    "cmyk.jpg": encoded(quadrants().convert("CMYK"), "JPEG"),
    "16 bits.png": sixteen_bits(),
    "animated.gif": animated("GIF"),
    "animated.webp": animated("WEBP"),
    "grey.jpg": encoded(quadrants().convert("L"), "JPEG"),
    "png named.jpg": encoded(quadrants(), "PNG"),
    "upper.JPEG": JPEG + b"upper",
    "new\nline.jpg": JPEG + b"newline",
    "emoji 🌄.jpg": JPEG + b"emoji",
    os.fsdecode(b"latin \xe9.jpg"): JPEG + b"latin",
    "-n.jpg": JPEG + b"dash",
}
NO_PREVIEW = {
    "empty.jpg": b"",
    "text.jpg": b"This is no photo.",
    "cut.jpg": JPEG[: len(JPEG) // 3],
    "header.jpg": JPEG[:3],
    "bomb.png": bomb(),
    "random.heic": hashlib.sha512(b"noise").digest() * 20,
}
LEFT_ALONE = {"paper.jpg": b"%PDF-1.7 not a photo", "notes.txt": b"text", "._a.jpg": b"\0\5\x16\7" + bytes(80)}


class TestFiles:
    @pytest.fixture
    def odd(self, backup: Backup) -> Backup:
        for name, content in (STORED | NO_PREVIEW | LEFT_ALONE).items():
            (backup.photos / name).write_bytes(content)
        return backup

    def test_every_photo_is_kept_whatever_is_wrong_with_it(self, odd: Backup, tmp_path: Path) -> None:
        done = odd.run("sync", "Pictures", "--json")
        assert (done.returncode, done.stderr) == (0, "")
        files, summary = json_lines(done.stdout)
        results = {line["sha256"]: line["result"] for line in files}
        for name, content in STORED.items():
            assert results[hashlib.sha256(content).hexdigest()] == "stored", name
        for name, content in NO_PREVIEW.items():
            assert results[hashlib.sha256(content).hexdigest()] == "no-preview", name
        assert all(line["reason"] for line in files if line["result"] == "no-preview")
        assert (summary["stored"], summary["no_preview"]) == (len(STORED), len(NO_PREVIEW))
        assert (summary["ignored"], summary["failed"]) == (len(LEFT_ALONE), 0)

        back = tmp_path / "back"
        restored = odd.run("get", "--all", "--layout", "source", "--to", str(back), "--json")
        assert (restored.returncode, restored.stderr) == (0, "")
        before = contents(odd.photos)
        assert contents(back) == {name: digest for name, digest in before.items() if name not in LEFT_ALONE}
        listed = odd.run("ls", "--kind", "photo", "--kind", "video", "--kind", "sidecar")
        assert len(listed.stdout.splitlines()) == len(STORED | NO_PREVIEW)

    def test_a_picture_made_to_fill_the_memory_costs_little_and_stops_no_other(self, backup: Backup) -> None:
        backup.make("a.jpg", "b.jpg", "c.jpg")
        (backup.photos / "hostile.png").write_bytes(bomb(names_in_a_long_namespace()))
        command = [sys.executable, "-c", WITH_PEAK, PHOTOBAK, "sync", "Pictures", "--json"]
        environ = environ_of(backup.home)
        done = subprocess.run(command, env=environ, cwd=backup.home, capture_output=True, text=True, check=False)
        files, summary = json_lines(done.stdout)
        assert (done.returncode, summary["stored"], summary["no_preview"]) == (0, 3, 1)
        assert all(line["reason"] for line in files if line["result"] == "no-preview")
        assert int(done.stderr.split()[-1]) < 150_000_000

    def test_what_may_not_be_read_is_named_and_the_rest_is_safe(self, backup: Backup) -> None:
        backup.make("a.jpg", "closed.jpg", "closed/b.jpg")
        (backup.photos / "closed.jpg").chmod(0)
        (backup.photos / "closed").chmod(0)
        done = backup.run("sync", "Pictures", "--json")
        (backup.photos / "closed").chmod(0o755)
        files, summary = json_lines(done.stdout)
        assert (done.returncode, summary["stored"], summary["failed"]) == (3, 1, 2)
        assert sorted(done.stderr.splitlines()) == [
            f"failed {backup.photos}/closed.jpg: permission denied",
            f"failed {backup.photos}/closed: permission denied",
        ]
        assert {line["reason"] for line in files if line["result"] == "failed"} == {"permission denied"}

    def test_a_file_over_the_limit_is_named_before_anything_is_sent(self, backup: Backup) -> None:
        backup.make("a.jpg")
        with (backup.photos / "film.mov").open("wb") as film:
            film.write(b"\0\0\0\x14ftypqt  \0\0\0\0qt  ")
            film.truncate(backup.profile.max_upload_bytes + 1)  # sparse
        done = backup.run("sync", "Pictures", "--json")
        _, summary = json_lines(done.stdout)
        assert (done.returncode, summary["stored"], summary["failed"], summary["uploaded"]) == (3, 1, 1, 1)
        assert f"{backup.photos}/film.mov: its 268,435,457 bytes are more than one upload takes" in done.stderr


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory, local_stack: LocalStack) -> Backup:
    """Somebody whom wrong usage changes nothing for."""
    person = Backup(tmp_path_factory.mktemp("person") / "home", local_stack)
    person.make("a.jpg")
    return person


class TestUsage:
    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (["sync", "no such folder"], 2, "no such folder can't be backed up: no such file or directory"),
            (["sync", "Pictures/a.jpg/inside"], 2, "can't be backed up: not a directory"),
            (["sync", "two\nlines"], 2, "two\\nlines can't be backed up"),
            (["sync", "Pictures", "--limit-rate", "fast"], 2, "'fast' is not a rate. Write bytes per second"),
            (["sync", "Pictures", "--timezone", "Atlantis"], 2, "'Atlantis' is not a time zone. Write a name"),
            (["sync", "Pictures", "--exclude", "!"], 2, "a pattern is invalid"),
            (["sync", "Pictures", "--jobs", "many"], 2, "--jobs"),
            (["sync", "Pictures", "--timeout", "0"], 2, "--timeout"),
            (["ls", "--since", "nonsense"], 2, "'nonsense' is not a date. Write 2024"),
            (["ls", "--since", "2024", "--until", "2023"], 2, "is not before"),
            (["ls", "--limit", "0"], 2, "--limit"),
            (["get"], 2, "name the photos to restore in exactly one way. Pass ids or --from-list"),
            (["get", "--all", "123456"], 2, "name the photos to restore in exactly one way"),
            (["get", "xyz"], 1, "'xyz' is not a photo's id"),
            (["get", "ffffffffffff"], 1, "there is no photo ffffffffffff"),
            (["get", "123456", "--since", "2024"], 2, "name the photos to restore in exactly one way"),
            (["get", "--since", "2024", "--until", "2023"], 2, "is not before"),
            (["get", "--all", "--layout", "random"], 2, "there is no --layout 'random'"),
            (["get", "--all", "--layout", "{nonsense}"], 2, "there is no field {nonsense}, only year, month, day"),
            (["get", "--from-list", "no such file"], 2, "no such file"),
            (["get", "--from-list", "Pictures/a.jpg"], 2, "the list Pictures/a.jpg can't be read: line 1"),
            (["get", "--all", "--to", "Pictures/a.jpg/below"], 1, "can't be made: not a directory"),
            (["get", "--all", "--to", "Pictures/a.jpg"], 2, "is a file"),
            (["no-such-command"], 2, "no-such-command"),
            (["--profile", "nobody", "ls"], 1, "there is no profile 'nobody'"),
            (["--profile", "../../x", "ls"], 1, "there is no profile"),
        ],
    )
    def test_is_one_line_and_the_right_code(self, person: Backup, arguments: list[str], code: int, said: str) -> None:
        done = person.run(*arguments)
        assert (done.returncode, done.stdout) == (code, "")
        message = done.stderr.splitlines()[-1]
        assert said in message
        assert message.startswith(("photobak: ", "Error: "))

    def test_a_path_that_is_not_utf8(self, person: Backup) -> None:
        done = person.run("sync", os.fsdecode(b"missing \xe9"))
        assert (done.returncode, done.stderr) == (
            2,
            "photobak: missing \\xe9 can't be backed up: no such file or directory\n",
        )


class TestMachine:
    def test_without_ministack_it_says_what_to_install(self, tmp_path: Path) -> None:
        (tmp_path / "a.jpg").write_bytes(JPEG)
        hidden = {"PYTHONPATH": WITHOUT, "PHOTOBAK_TEST_WITHOUT": "ministack"}
        for arguments in (["local", "up"], ["sync", str(tmp_path / "a.jpg")]):
            done = photobak(tmp_path, *arguments, **hidden)
            assert (done.returncode, done.stdout) == (1, "")
            assert done.stderr.splitlines()[-1] == (
                "photobak: the local stack can't be started: not installed: ministack. "
                "Install it with: pip install 'photobak[local]'"
            )

    def test_a_home_that_cannot_be_written(self, backup: Backup) -> None:
        backup.make("a.jpg")
        backup.places.state.chmod(0o500)
        try:
            done = backup.run("sync", "Pictures")
        finally:
            backup.places.state.chmod(0o700)
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert "permission denied" in done.stderr.lower()

    def test_a_config_that_is_no_toml(self, backup: Backup) -> None:
        backup.make("a.jpg")
        backup.places.config_file.write_bytes(b"\xff\xfe")
        done = backup.run("sync", "Pictures")
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert str(backup.places.config_file) in done.stderr

    def test_a_damaged_index_is_made_anew_and_it_is_said(self, backup: Backup) -> None:
        backup.make("a.jpg")
        backup.sync()
        backup.index_file.write_bytes(b"\xff" * 10_000)
        done = backup.run("sync", "Pictures", "--json")
        _, summary = json_lines(done.stdout)
        assert (done.returncode, summary["already_stored"], summary["uploaded"]) == (0, 1, 0)
        assert "every file is read again, none is uploaded twice" in done.stderr

    def test_an_index_of_a_newer_version_is_left_alone(self, backup: Backup) -> None:
        import sqlite3

        backup.make("a.jpg")
        backup.sync()
        with sqlite3.connect(backup.index_file) as connection:
            connection.execute("PRAGMA user_version = 99")
        done = backup.run("sync", "Pictures")
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert "was written by a newer photobak" in done.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_under_the_output_is_told_in_one_line(backup: Backup, tmp_path: Path, unbuffered: str) -> None:
    (photo,) = backup.make("a.jpg")
    came = str(tmp_path / "came")
    arguments = [["--help"], ["sync", "--json", str(photo)], ["ls"], ["get", "--all", "--json", "--to", came]]
    for each in arguments:
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [PHOTOBAK, *each],
                env=environ_of(backup.home, PYTHONUNBUFFERED=unbuffered),
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                timeout=60,
                check=False,
            )
        lines = done.stderr.splitlines()
        assert (done.returncode, lines[-1]) == (1, "photobak: cannot write the output: no space left on device")
        assert "Traceback" not in done.stderr
    backup.require_restorable(tmp_path / "all")
