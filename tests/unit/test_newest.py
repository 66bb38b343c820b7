"""``--limit``: so many, the newest, and none that can't be sent in the place of one that can."""

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from support.known_files import known_file

from photobak.client.files.candidate import Candidate
from photobak.client.files.examine import sendable
from photobak.client.files.scan import Root
from photobak.client.files.select import Group, Newest
from photobak.client.index.index import Fingerprint
from photobak.photo.record import Status

ROOT = Root(Path("/p"))


def fingerprint(mtime: int) -> Fingerprint:
    return Fingerprint(size=5, mtime_ns=mtime, ctime_ns=1, inode=1)


def group(name: str, *mtimes: int) -> Group:
    changed = {f"{name}.{number}": fingerprint(mtime) for number, mtime in enumerate(mtimes)}
    return Group(ROOT, "/p", changed)


def chosen(limit: int, *work: Group | Candidate, unsendable: str = "") -> tuple[list[Group | Candidate], int]:
    newest = Newest(limit, lambda path: not (unsendable and path.name.startswith(unsendable)))
    return list(newest.choose(work)), newest.postponed


@given(st.lists(st.integers(0, 50), max_size=60), st.integers(1, 20))
def test_the_newest_come_first_and_the_rest_is_counted(mtimes: list[int], limit: int) -> None:
    groups = [group(str(number), mtime) for number, mtime in enumerate(mtimes)]
    passed, postponed = chosen(limit, *groups)
    assert passed == sorted(groups, key=lambda each: -each.changed[next(iter(each.changed))].mtime_ns)[:limit]
    assert postponed == len(groups) - len(passed)


def test_a_photo_with_all_that_belongs_to_it_counts_once_and_as_new_as_its_newest() -> None:
    pair, single, old = group("pair", 1, 9), group("single", 5), group("old", 2, 2, 2)
    assert chosen(2, single, old, pair) == ([pair, single], 3)


def test_what_cannot_be_sent_takes_nobodys_place() -> None:
    """Else a thousand new documents, or one film that is too large, would keep every photo from being backed up."""
    documents, photo = [group(f"document {number}", 9) for number in range(5)], group("photo", 1)
    assert chosen(1, *documents, photo, unsendable="document") == ([*documents, photo], 0)


def test_what_was_sent_before_or_is_in_the_trash_takes_nobodys_place() -> None:
    sent = Candidate.pending(known_file("/p/a.jpg", status=Status.EXPECTED, uploaded_at=5.0))
    trashed = Candidate.pending(known_file("/p/b.jpg", status=Status.TRASHED))
    read = Candidate.pending(known_file("/p/c.jpg", status=Status.EXPECTED))  # by a run that was cut off
    new = group("new", 9)
    assert chosen(1, sent, trashed, read, new) == ([sent, trashed, new], 1)


def test_what_is_only_read_again_passes() -> None:
    known = known_file("/p/a.jpg")
    doubted = Group(ROOT, "/p", {}, doubted={"a.jpg": known})
    mixed = Group(ROOT, "/p", {"a.xmp": fingerprint(5)}, doubted={"a.jpg": known})
    newer = group("newer", 9)
    passed, postponed = chosen(1, doubted, mixed, newer)
    assert (passed, postponed) == ([doubted, doubted, newer], 1)
    assert chosen(1, mixed)[0] == [doubted, Group(ROOT, "/p", mixed.changed, untouched={"a.jpg": known})]


def test_what_can_be_sent(tmp_path: Path) -> None:
    files = {
        "a.jpg": b"\xff\xd8\xff",
        "empty.jpg": b"",
        "notes.txt": b"text",
        "large.jpg": b"\xff\xd8\xff" + bytes(100),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    os.mkfifo(tmp_path / "pipe.jpg")
    names = [*files, "pipe.jpg", "missing.jpg"]
    assert [name for name in names if sendable(tmp_path / name, largest=50)] == ["a.jpg", "empty.jpg"]
