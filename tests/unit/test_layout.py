"""Where restored files go: the same place every time, each in one of its own, never outside of the folder."""

import os
import random
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.records import NOON, record

from photobak.client.layout import Layout, safe_name, targets
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.record import Record
from photobak.photo.source import Source, escape


def places(*records: Record, layout: Layout) -> list[str]:
    return sorted(str(target.path) for target in targets(records, layout))


def taken(*when: int, hours: int = 0) -> CaptureTime:
    return CaptureTime(datetime(*when, tzinfo=timezone(timedelta(hours=hours))), TakenSource.EXIF)


class TestByDate:
    def test_the_date_is_that_of_the_place_where_it_was_taken(self) -> None:
        late = record(taken=taken(2024, 6, 30, 23, 30, hours=-9))  # July in UTC
        assert places(late, layout=Layout.DATE) == ["2024/06/30/a.jpg"]

    def test_the_file_gets_its_capture_time(self) -> None:
        (target,) = targets([record(taken=taken(2024, 6, 30))], Layout.DATE)
        assert target.modified_at == datetime(2024, 6, 30, tzinfo=UTC)


class TestAsItLay:
    def test_at_every_place(self) -> None:
        twice = record(sources=frozenset({"laptop:2024/a.jpg", "laptop:copy of a.jpg"}))
        assert places(twice, layout=Layout.SOURCE) == ["2024/a.jpg", "copy of a.jpg"]

    def test_several_devices_have_a_folder_each(self) -> None:
        found = places(
            record("1", sources=frozenset({"laptop:a.jpg"})),
            record("2", sources=frozenset({"phone:a.jpg"})),
            layout=Layout.SOURCE,
        )
        assert found == ["laptop/a.jpg", "phone/a.jpg"]

    def test_the_file_gets_the_mtime_that_it_had(self) -> None:
        modified_at = NOON + timedelta(days=3)
        (target,) = targets([record(modified_at=modified_at)], Layout.SOURCE)
        assert target.modified_at == modified_at

    @pytest.mark.parametrize(
        "name", [b"caf\xe9.jpg", b"two\nlines.jpg", b"back\\slash.jpg", b"\\x41.jpg", "☼.jpg".encode()]
    )
    def test_names_come_back_byte_for_byte(self, name: bytes) -> None:
        source = str(Source("laptop", f"folder/{os.fsdecode(name)}"))
        (target,) = targets([record(sources=frozenset({source}))], Layout.SOURCE)
        assert os.fsencode(target.path.name) == name

    def test_without_a_place_it_has_its_name(self) -> None:
        assert places(record(sources=frozenset()), layout=Layout.SOURCE) == ["a.jpg"]
        assert places(record(sources=frozenset({"nonsense"})), layout=Layout.SOURCE) == ["a.jpg"]


class TestClashes:
    def test_the_last_one_stored_gets_the_name(self) -> None:
        old, new = record("old"), record("new", stored_at=NOON + timedelta(days=1))
        names = [f"a ({old.id}).jpg", "a.jpg"]
        assert places(old, new, layout=Layout.FLAT) == names
        assert places(new, old, layout=Layout.FLAT) == names

    def test_one_content_at_one_name_is_one_file(self) -> None:
        both = record(sources=frozenset({"laptop:x/a.jpg", "laptop:y/a.jpg"}))
        assert places(both, layout=Layout.FLAT) == ["a.jpg"]

    def test_a_live_photo_has_two_files_of_one_stem(self) -> None:
        photo, film = record("photo", filename="IMG_1.HEIC"), record("film", filename="IMG_1.MOV")
        assert places(photo, film, layout=Layout.FLAT) == ["IMG_1.HEIC", "IMG_1.MOV"]


class TestSafety:
    @pytest.mark.parametrize(
        "path",
        ["/etc/passwd", "../../etc/passwd", "a/../../b.jpg", "..", ".", "./././a.jpg", "//a.jpg", "a/./b/../c.jpg"],
    )
    def test_no_place_leads_out_of_the_folder(self, path: str) -> None:
        hostile = record(sources=frozenset({f"laptop:{path}"}), filename=escape(path))
        for layout in Layout:
            for target in targets([hostile], layout):
                assert not target.path.is_absolute()
                assert ".." not in target.path.parts

    @pytest.mark.parametrize("device", ["..", ".", "a/b", "/", "\0"])
    def test_no_device_does_either(self, device: str) -> None:
        records = [
            record("1", sources=frozenset({f"{device}:a.jpg"})),
            record("2", sources=frozenset({"laptop:a.jpg"})),
        ]
        for target in targets(records, Layout.SOURCE):
            assert not target.path.is_absolute()
            assert ".." not in target.path.parts
            assert "\0" not in str(target.path)

    @given(st.text(max_size=400))
    def test_every_name_can_be_one(self, name: str) -> None:
        safe = safe_name(name)
        assert PurePosixPath(safe).name == safe
        assert 1 <= len(os.fsencode(safe.encode("utf-8", "replace"))) <= 255

    def test_a_name_that_is_too_long_keeps_its_extension(self) -> None:
        assert safe_name("ä" * 200 + ".jpeg").endswith("ä.jpeg")

    def test_a_clash_of_long_names_can_be_written(self, tmp_path: Path) -> None:
        records = [record(content, filename="ä" * 125 + ".jpg") for content in ("1", "2")]
        names = places(*records, layout=Layout.FLAT)
        assert len(names) == 2
        for name in names:
            (tmp_path / name).write_bytes(b"")


PATHS = st.lists(st.sampled_from(["a", "b.jpg", "..", ".", "", "c d"]), min_size=1, max_size=3).map("/".join)
RECORDS = st.lists(
    st.builds(
        lambda content, filename, sources: record(str(content), filename=filename or "x", sources=frozenset(sources)),
        st.integers(0, 20),
        PATHS,
        st.sets(st.builds("{}:{}".format, st.sampled_from(["laptop", "phone"]), PATHS), max_size=3),
    ),
    unique_by=lambda each: each.sha256,
    max_size=8,
)


@given(RECORDS, st.sampled_from(Layout), st.randoms(use_true_random=False))
def test_every_record_has_a_place_of_its_own_whatever_the_order(
    records: list[Record], layout: Layout, chance: random.Random
) -> None:
    placed = {target.path: target.record.sha256 for target in targets(records, layout)}
    assert set(placed.values()) == {each.sha256 for each in records}
    shuffled = list(records)
    chance.shuffle(shuffled)
    assert {target.path: target.record.sha256 for target in targets(shuffled, layout)} == placed
