"""What a scan finds, and what it leaves alone and why."""

import os
import socket
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.as_nobody import as_nobody

from photobak.client.files.scan import IGNORE_FILE, Filters, Listing, Root, Skipped, distinct_roots, scan
from photobak.errors import WrongUsage

NOT_UTF8 = os.fsdecode(b"caf\xe9.jpg")
ODD_NAMES = (
    "two\nlines.jpg",
    "☼ 🌄.jpg",
    NOT_UTF8,
    " leading and trailing .jpg",
    "-rf.jpg",
    "%41+.jpg",
    "e\u0301.jpg",
    "\u00e9.jpg",
)

EVERYTHING = Filters()


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"photo")


def listings(folder: Path, filters: Filters = EVERYTHING) -> list[Listing]:
    (root,) = distinct_roots([folder])
    return list(scan(root, filters))


def found(folder: Path, filters: Filters = EVERYTHING) -> set[str]:
    """The files that a scan finds, relative to the folder."""
    return {
        os.path.relpath(f"{listing.folder}/{name}", folder)
        for listing in listings(folder, filters)
        for name in listing.files
    }


def skipped(folder: Path, filters: Filters = EVERYTHING) -> dict[str, str]:
    """What it leaves alone, relative to the folder, and why."""
    return {
        os.path.relpath(each.path, folder): each.reason
        for listing in listings(folder, filters)
        for each in listing.ignored
    }


def unreadable(folder: Path) -> list[Skipped]:
    return [each for listing in listings(folder) for each in listing.unreadable]


def test_every_file_at_any_depth_is_found(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "2024/b.jpg", "2024/06/c.jpg", "2024/06/.hidden.jpg")
    assert found(tmp_path) == {"a.jpg", "2024/b.jpg", "2024/06/c.jpg", "2024/06/.hidden.jpg"}


def test_names_come_back_as_they_are(tmp_path: Path) -> None:
    make(tmp_path, *ODD_NAMES, "odd\nfolder ☼/inside.jpg")
    assert found(tmp_path) == {*ODD_NAMES, "odd\nfolder ☼/inside.jpg"}


def test_names_that_differ_in_case_alone_are_two_files(tmp_path: Path) -> None:
    make(tmp_path, "IMG_1.JPG", "img_1.jpg")
    assert found(tmp_path) == {"IMG_1.JPG", "img_1.jpg"}


def test_an_empty_folder_is_listed(tmp_path: Path) -> None:
    assert [listing.files for listing in listings(tmp_path)] == [{}]


def test_a_folder_is_listed_before_those_inside_it_and_in_order(tmp_path: Path) -> None:
    make(tmp_path, "b/x.jpg", "a/y/z.jpg")
    folders = [os.path.relpath(listing.folder, tmp_path) for listing in listings(tmp_path)]
    assert folders == [".", "a", "a/y", "b"]


def test_memory_is_that_of_one_folder(tmp_path: Path) -> None:
    make(tmp_path, *(f"{folder:03}/{file}.jpg" for folder in range(50) for file in range(4)))
    (root,) = distinct_roots([tmp_path])
    seen = scan(root, Filters())
    assert len(next(seen).files) == 0
    (tmp_path / "000" / "late.jpg").write_bytes(b"")
    assert len(next(seen).files) == 5  # it was not read ahead


def test_symbolic_links_are_left_alone_and_named(tmp_path: Path) -> None:
    make(tmp_path, "real/a.jpg")
    (tmp_path / "link.jpg").symlink_to("real/a.jpg")
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "dangling.jpg").symlink_to("nowhere")
    (tmp_path / "real" / "loop").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to("self")
    assert found(tmp_path) == {"real/a.jpg"}
    assert skipped(tmp_path) == dict.fromkeys(
        ("link.jpg", "folder", "dangling.jpg", "real/loop", "self"), "symbolic link"
    )


def test_hard_links_are_two_paths_of_one_content(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg")
    os.link(tmp_path / "a.jpg", tmp_path / "b.jpg")
    (listing,) = listings(tmp_path)
    assert listing.files["a.jpg"] == listing.files["b.jpg"]


def test_what_is_no_regular_file_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as listener:
        folder = Path.cwd()
        os.chdir(tmp_path)  # the name of a socket is short
        listener.bind("socket.jpg")
        os.chdir(folder)
    assert found(tmp_path) == set()
    assert skipped(tmp_path) == dict.fromkeys(("pipe.jpg", "socket.jpg"), "not a regular file")


@pytest.mark.parametrize(
    "name", ["@eaDir", ".thumbnails", ".Trash", "$RECYCLE.BIN", ".@__thumb", ".picasaoriginals", ".git", "lost+found"]
)
def test_caches_and_system_folders_are_left_alone(tmp_path: Path, name: str) -> None:
    make(tmp_path, f"2024/{name}/a.jpg", "2024/b.jpg")
    assert found(tmp_path) == {"2024/b.jpg"}
    assert skipped(tmp_path) == {f"2024/{name}": "cache or system folder"}


def test_the_trash_of_a_home_folder_is_left_alone(tmp_path: Path) -> None:
    make(tmp_path, ".local/share/Trash/files/a.jpg", "share/Trash/b.jpg")
    assert found(tmp_path) == {"share/Trash/b.jpg"}


def test_photo_libraries_are_left_alone(tmp_path: Path) -> None:
    make(tmp_path, "Photos Library.photoslibrary/originals/a.jpg", "Catalog Previews.lrdata/b.jpg")
    assert found(tmp_path) == set()
    assert set(skipped(tmp_path).values()) == {"photo library database"}


def test_a_cache_folder_that_is_named_is_meant(tmp_path: Path) -> None:
    make(tmp_path, ".thumbnails/a.jpg")
    assert found(tmp_path / ".thumbnails") == {"a.jpg"}


class TestPatterns:
    def test_exclude(self, tmp_path: Path) -> None:
        make(tmp_path, "a.jpg", "a.png", "screenshots/b.jpg", "deep/screenshots/c.jpg")
        filters = Filters.of((), ("*.png", "/screenshots/"))
        assert found(tmp_path, filters) == {"a.jpg", "deep/screenshots/c.jpg"}
        assert skipped(tmp_path, filters) == {"a.png": "excluded", "screenshots": "excluded"}

    def test_exclude_with_an_exception(self, tmp_path: Path) -> None:
        make(tmp_path, "a.png", "keep.png")
        assert found(tmp_path, Filters.of((), ("*.png", "!keep.png"))) == {"keep.png"}

    def test_include(self, tmp_path: Path) -> None:
        make(tmp_path, "a.jpg", "a.png", "deep/b.jpg", "deep/b.txt")
        filters = Filters.of(("*.jpg",), ())
        assert found(tmp_path, filters) == {"a.jpg", "deep/b.jpg"}
        assert set(skipped(tmp_path, filters).values()) == {"not included"}

    def test_exclude_is_stronger_than_include(self, tmp_path: Path) -> None:
        make(tmp_path, "a.jpg", "private/b.jpg")
        assert found(tmp_path, Filters.of(("*.jpg",), ("private",))) == {"a.jpg"}

    def test_a_pattern_for_names_that_are_not_utf8(self, tmp_path: Path) -> None:
        make(tmp_path, NOT_UTF8, "b.jpg")
        assert found(tmp_path, Filters.of((), ("caf*",))) == {"b.jpg"}

    def test_what_is_no_pattern_is_refused(self) -> None:
        with pytest.raises(WrongUsage, match="pattern"):
            Filters.of((), ("!",))


class TestIgnoreFile:
    def test_holds_below_its_folder(self, tmp_path: Path) -> None:
        make(tmp_path, "a.tif", "work/b.tif", "work/deep/c.tif", "work/d.jpg")
        (tmp_path / "work" / IGNORE_FILE).write_text("# scans\n*.tif\n")
        assert found(tmp_path) == {"a.tif", "work/d.jpg", f"work/{IGNORE_FILE}"}
        assert skipped(tmp_path)["work/deep/c.tif"] == "excluded by .photobakignore"

    def test_anchored_patterns_begin_at_its_folder(self, tmp_path: Path) -> None:
        make(tmp_path, "work/out/a.jpg", "work/deep/out/b.jpg", "out/c.jpg")
        (tmp_path / "work" / IGNORE_FILE).write_text("/out\n")
        assert found(tmp_path) - {f"work/{IGNORE_FILE}"} == {"work/deep/out/b.jpg", "out/c.jpg"}

    def test_the_nearest_file_decides(self, tmp_path: Path) -> None:
        make(tmp_path, "a.tif", "keep/b.tif")
        (tmp_path / IGNORE_FILE).write_text("*.tif\n")
        (tmp_path / "keep" / IGNORE_FILE).write_text("!*.tif\n")
        assert "keep/b.tif" in found(tmp_path)
        assert "a.tif" not in found(tmp_path)

    def test_in_the_root_folder_of_the_system(self, tmp_path: Path) -> None:
        make(tmp_path, "a.jpg")
        (tmp_path / IGNORE_FILE).write_text("*\n")
        assert found(tmp_path) == set()

    @pytest.mark.parametrize("content", [b"\xff\xfe*", b"!\n"])
    def test_one_that_cannot_be_read_is_a_failure(self, tmp_path: Path, content: bytes) -> None:
        make(tmp_path, "a.jpg")
        (tmp_path / IGNORE_FILE).write_bytes(content)
        (problem,) = unreadable(tmp_path)
        assert problem.path == str(tmp_path / IGNORE_FILE)
        assert problem.reason
        assert "a.jpg" in found(tmp_path)


class TestUnreadable:
    def test_a_folder_without_permission(self, tmp_path: Path) -> None:
        make(tmp_path, "open/a.jpg", "closed/b.jpg")
        (tmp_path / "closed").chmod(0)
        tmp_path.chmod(0o755)

        def look() -> tuple[set[str], list[Skipped]]:
            return found(tmp_path), unreadable(tmp_path)

        files, problems = as_nobody(look, tmp_path)
        assert files == {"open/a.jpg"}
        assert problems == [Skipped(str(tmp_path / "closed"), "permission denied")]

    def test_a_folder_whose_names_can_be_read_but_nothing_else(self, tmp_path: Path) -> None:
        make(tmp_path, "listed/b.jpg")
        (tmp_path / "listed").chmod(stat.S_IROTH)
        problems = as_nobody(lambda: unreadable(tmp_path), tmp_path)
        assert {problem.reason for problem in problems} == {"permission denied"}

    def test_a_folder_that_goes_while_its_parent_is_listed(self, tmp_path: Path) -> None:
        make(tmp_path, "a.jpg", "gone/b.jpg")
        (root,) = distinct_roots([tmp_path])
        steps = scan(root, Filters())
        next(steps)
        (tmp_path / "gone" / "b.jpg").unlink()
        (tmp_path / "gone").rmdir()
        (listing,) = steps
        assert listing.unreadable == [Skipped(str(tmp_path / "gone"), "no such file or directory")]


class TestRoots:
    def test_a_path_inside_another_is_scanned_once(self, tmp_path: Path) -> None:
        make(tmp_path, "2024/a.jpg", "2024/06/b.jpg")
        (root,) = distinct_roots([tmp_path / "2024" / "06", tmp_path, tmp_path / "2024", tmp_path / "2024" / "a.jpg"])
        assert root == Root(tmp_path)

    def test_the_same_path_twice_is_one(self, tmp_path: Path) -> None:
        make(tmp_path, "x/a.jpg")
        assert distinct_roots([tmp_path, tmp_path / ".", tmp_path / "x" / ".."]) == [Root(tmp_path)]

    def test_up_from_a_link_is_where_the_link_leads(self, tmp_path: Path) -> None:
        make(tmp_path, "disk/2024/a.jpg", "b.jpg")
        (tmp_path / "link").symlink_to("disk/2024")
        (root,) = distinct_roots([tmp_path / "link" / ".."])
        assert root == Root(tmp_path / "disk")

    def test_the_same_folder_by_a_link_is_one(self, tmp_path: Path) -> None:
        make(tmp_path, "real/a.jpg")
        (tmp_path / "link").symlink_to("real")
        assert distinct_roots([tmp_path / "real", tmp_path / "link"]) == [Root(tmp_path / "real")]
        assert distinct_roots([tmp_path / "link" / "a.jpg", tmp_path / "real"]) == [Root(tmp_path / "real")]

    def test_a_root_may_be_a_link(self, tmp_path: Path) -> None:
        make(tmp_path, "real/a.jpg")
        (tmp_path / "link").symlink_to("real")
        assert found(tmp_path / "link") == {"a.jpg"}

    def test_siblings_whose_names_begin_alike_are_two(self, tmp_path: Path) -> None:
        make(tmp_path, "pictures/a.jpg", "pictures2/b.jpg")
        assert len(distinct_roots([tmp_path / "pictures", tmp_path / "pictures2"])) == 2

    def test_files_named_one_by_one_are_one_root_a_folder(self, tmp_path: Path) -> None:
        make(tmp_path, "a.jpg", "b.jpg", "c.jpg", "deep/d.jpg")
        roots = distinct_roots([tmp_path / "a.jpg", tmp_path / "b.jpg", tmp_path / "deep" / "d.jpg"])
        assert roots == [Root(tmp_path, frozenset({"a.jpg", "b.jpg"})), Root(tmp_path / "deep", frozenset({"d.jpg"}))]
        (listing,) = scan(roots[0], Filters())
        assert list(listing.files) == ["a.jpg", "b.jpg"]

    def test_a_named_link_means_its_file(self, tmp_path: Path) -> None:
        make(tmp_path, "real.jpg")
        (tmp_path / "link.jpg").symlink_to("real.jpg")
        (root,) = distinct_roots([tmp_path / "link.jpg"])
        (listing,) = scan(root, Filters())
        assert listing.files["link.jpg"].size == len(b"photo")

    def test_a_named_file_that_goes_before_it_is_looked_at(self, tmp_path: Path) -> None:
        make(tmp_path, "a.jpg")
        (root,) = distinct_roots([tmp_path / "a.jpg"])
        (tmp_path / "a.jpg").unlink()
        (listing,) = scan(root, Filters())
        assert [each.path for each in listing.unreadable] == [str(tmp_path / "a.jpg")]

    def test_a_path_relative_to_its_root(self, tmp_path: Path) -> None:
        root = Root(tmp_path)
        assert root.relative(str(tmp_path / "2024" / "06"), "a.jpg") == "2024/06/a.jpg"
        assert root.relative(str(tmp_path), "a.jpg") == "a.jpg"

    @pytest.mark.parametrize(
        ("name", "why"), [("missing", "no such file"), ("file.jpg/inside", "not a directory"), ("x" * 300, "too long")]
    )
    def test_what_is_not_there_is_wrong_usage(self, tmp_path: Path, name: str, why: str) -> None:
        make(tmp_path, "file.jpg")
        with pytest.raises(WrongUsage, match=why):
            distinct_roots([tmp_path / name])

    def test_what_is_neither_file_nor_folder_is_wrong_usage(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(WrongUsage, match="neither"):
            distinct_roots([tmp_path / "pipe"])


PARTS = st.sampled_from(["a", "b", "c", "@eaDir"])


@given(st.lists(st.lists(PARTS, min_size=1, max_size=4), max_size=6), st.data())
def test_overlapping_roots_find_each_file_once(
    tmp_path_factory: pytest.TempPathFactory, folders: list[list[str]], data: st.DataObject
) -> None:
    base = tmp_path_factory.mktemp("tree")
    for parts in folders:
        make(base.joinpath(*parts), "photo.jpg")
    everything = [Path(folder) for folder, _, _ in os.walk(base)]
    chosen = data.draw(st.lists(st.sampled_from(everything), min_size=1))
    names = [
        f"{listing.folder}/{name}"
        for root in distinct_roots(chosen)
        for listing in scan(root, Filters())
        for name in listing.files
    ]
    assert len(names) == len(set(names))
