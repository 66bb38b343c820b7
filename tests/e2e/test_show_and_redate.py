"""``show`` and ``redate`` as people use them."""

import struct
from collections.abc import Iterator

import pytest
from PIL import Image
from support.owner import Owner, owner_of, small_pictures
from support.photo_files import movie
from support.pictures import encoded, quadrants
from support.terminal import terminal

from photobak.photo.record import Record

EVERY_KIND = ("--kind", "photo", "--kind", "video", "--kind", "sidecar")
SIDECAR = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'


def described_jpeg() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Nokia\x1b[2J"
    exif.get_ifd(0x8769)[0x9003] = "2024:06:30 12:00:00"
    return encoded(quadrants(64, 48), "JPEG", exif=exif)


def damaged_tiff() -> bytes:
    """One that exifread fails with: 65,000 entries, each of 100,000 numbers."""
    entries = b"".join(struct.pack("<HHII", tag, 3, 100_000, 8) for tag in range(65_000))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", 65_000) + entries + bytes(4)


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    first, second, third = small_pictures(3).values()
    files = {
        "IMG_20240131_120000.jpg": first,
        "IMG_20240131_120000.mov": movie(),
        "IMG_20240131_120000.xmp": SIDECAR,
        "elsewhere/IMG_20240131_120000.jpg": second,
        "half.jpg": third[:200],
    }
    files["described.jpg"], files["damaged.tiff"] = described_jpeg(), damaged_tiff()
    with owner_of(tmp_path_factory.mktemp("owner"), files) as found:
        yield found


def by_place(owner: Owner) -> dict[str, dict[str, object]]:
    """What is listed, by the path below the folder that is backed up."""
    return {line["sources"][0].partition(":")[2]: line for line in owner.json("ls", *EVERY_KIND)}


def test_show_prints_the_whole_record(owner: Owner) -> None:
    listed = by_place(owner)["elsewhere/IMG_20240131_120000.jpg"]
    (whole,) = owner.json("show", listed["id"])
    assert listed.items() <= whole.items()
    record = Record.from_json(whole)
    assert record.to_json().items() <= whole.items()
    said = owner.run("show", listed["id"]).stdout
    taken = f"taken       {record.taken.in_zone():%Y-%m-%d %H:%M:%S} ("  # local time, no milliseconds
    for value in (
        taken,
        record.sha256,
        record.filename,
        "elsewhere/",
        "64 x 48",
        "from: filename",
        record.original_key,
    ):
        assert value in said


def test_show_says_why_there_is_no_preview(owner: Owner) -> None:
    listed = by_place(owner)["half.jpg"]
    said = owner.run("show", listed["id"]).stdout
    assert "no-preview: " in said


def test_show_exif_prints_every_tag_of_the_original(owner: Owner) -> None:
    listed = owner.listed()
    said = owner.run("show", listed["described.jpg"]["id"], "--exif").stdout
    assert "Image Make             Nokia\\x1b[2J\n" in said
    assert "EXIF DateTimeOriginal  2024:06:30 12:00:00\n" in said
    (whole,) = owner.json("show", listed["described.jpg"]["id"], "--exif")
    assert whole["exif"]["EXIF DateTimeOriginal"] == "2024:06:30 12:00:00"
    assert (whole["id"], whole["filename"]) == (listed["described.jpg"]["id"], "described.jpg")


def test_show_exif_says_that_there_are_no_tags_or_why_they_cannot_be_read(owner: Owner) -> None:
    listed = owner.listed()
    plain = by_place(owner)["elsewhere/IMG_20240131_120000.jpg"]
    done = owner.run("show", plain["id"], "--exif")
    assert (done.stdout, done.stderr) == ("", "No EXIF tags found in IMG_20240131_120000.jpg.\n")
    assert owner.json("show", plain["id"], "--exif")[0]["exif"] == {}
    failed = owner.run("show", listed["damaged.tiff"]["id"], "--exif", code=1)
    assert "cannot read the tags of damaged.tiff: exifread fails with IndexError. " in failed.stderr


def test_show_on_a_terminal_begins_with_the_picture(owner: Owner) -> None:
    listed = by_place(owner)["elsewhere/IMG_20240131_120000.jpg"]
    with terminal(owner.home, "show", str(listed["id"]), TERM="xterm-256color") as screen:
        screen.until(r"original +s3://")
    picture, _, _ = screen.shown.partition("SHA-256")
    assert "▄" in picture or "▀" in picture


def test_show_of_what_is_not_there(owner: Owner) -> None:
    assert "no photo ffffffffffff" in owner.run("show", "ffffffffffff", code=1).stderr


def test_redate_takes_along_what_goes_with_the_photo(owner: Owner) -> None:
    before = by_place(owner)
    assert before["IMG_20240131_120000.mov"]["taken_source"] == "partner"
    photo = before["IMG_20240131_120000.jpg"]
    *lines, summary = owner.json("redate", photo["id"], "--set", "1987-07-14T15:30+02:00")
    assert {line["filename"].rpartition(".")[2] for line in lines} == {"jpg", "mov", "xmp"}
    assert summary == {"type": "summary", "redated": 3, "failed": 0}
    for _ in range(2):
        after = by_place(owner)
        for name in ("IMG_20240131_120000.jpg", "IMG_20240131_120000.mov", "IMG_20240131_120000.xmp"):
            assert (after[name]["taken_at"], after[name]["taken_source"]) == ("1987-07-14T15:30:00+02:00", "user")
        for name in ("elsewhere/IMG_20240131_120000.jpg", "half.jpg"):
            assert after[name] == before[name]
        # A new machine, which knows nothing and reads every file again, leaves it so.
        (owner.home / "photobak" / "state" / "local.index.sqlite3").unlink()
        assert owner.sync()["already_stored"] == 7

    owner.run("redate", str(photo["id"]), "--shift", "+1d")
    moved = by_place(owner)
    assert {line["taken_at"] for name, line in moved.items() if name.startswith("IMG_")} == {
        "1987-07-15T15:30:00+02:00"
    }
    assert owner.json("ls", "--until", "1987")[0]["taken_source"] == "user"


def test_redate_refuses_what_makes_no_sense(owner: Owner) -> None:
    before = by_place(owner)
    photo = str(before["half.jpg"]["id"])
    assert "--set, --shift, --timezone and --from" in owner.run("redate", photo, code=2).stderr
    assert "is in the future" in owner.run("redate", photo, "--set", "2101-01-01", code=1).stderr
    assert "no calendar" in owner.run("redate", photo, "--shift", "-999999d", code=2).stderr
    assert by_place(owner) == before
