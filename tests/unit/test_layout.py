"""Where restored files go: the same place every time, each in one of its own, never outside of the folder."""

import os
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.records import NOON, record

from photobak.cli.commands.get import command
from photobak.client.restore.layout import FIELDS, layout_of, targets
from photobak.client.restore.naming import EVERY_NAME, NameRules, safe_name
from photobak.errors import WrongUsage
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.record import Record
from photobak.photo.source import Source, escape

LAYOUTS = ["date", "source", "flat", "{year}/{camera}/{filename}"]
MEMORY_STICK = NameRules(case_matters=False, form_matters=False, refuses_windows=True)
"""exFAT, and much like it NTFS."""


def places(*records: Record, layout: str, rules: NameRules = EVERY_NAME) -> list[str]:
    return sorted(str(target.path) for target in targets(records, layout_of(layout), rules))


def taken(*when: int, hours: int = 0) -> CaptureTime:
    return CaptureTime(datetime(*when, tzinfo=timezone(timedelta(hours=hours))), TakenSource.EXIF)


class TestByDate:
    def test_the_date_is_that_of_the_place_where_it_was_taken(self) -> None:
        late = record(taken=taken(2024, 6, 30, 23, 30, hours=-9))  # July in UTC
        assert places(late, layout="date") == ["2024/06/30/a.jpg"]

    def test_the_file_gets_its_capture_time(self) -> None:
        (target,) = targets([record(taken=taken(2024, 6, 30))], layout_of("date"))
        assert target.modified_at == datetime(2024, 6, 30, tzinfo=UTC)


class TestAsItLay:
    def test_at_every_place(self) -> None:
        twice = record(sources=frozenset({"laptop:2024/a.jpg", "laptop:copy of a.jpg"}))
        assert places(twice, layout="source") == ["2024/a.jpg", "copy of a.jpg"]

    def test_several_devices_have_a_folder_each(self) -> None:
        found = places(
            record("1", sources=frozenset({"laptop:a.jpg"})),
            record("2", sources=frozenset({"phone:a.jpg"})),
            layout="source",
        )
        assert found == ["laptop/a.jpg", "phone/a.jpg"]

    def test_the_file_gets_the_mtime_that_it_had(self) -> None:
        modified_at = NOON + timedelta(days=3)
        (target,) = targets([record(modified_at=modified_at)], layout_of("source"))
        assert target.modified_at == modified_at

    @pytest.mark.parametrize(
        "name", [b"caf\xe9.jpg", b"two\nlines.jpg", b"back\\slash.jpg", b"\\x41.jpg", "☼.jpg".encode()]
    )
    def test_names_come_back_byte_for_byte(self, name: bytes) -> None:
        source = str(Source("laptop", f"folder/{os.fsdecode(name)}"))
        (target,) = targets([record(sources=frozenset({source}))], layout_of("source"))
        assert os.fsencode(target.path.name) == name

    def test_without_a_place_it_has_its_name(self) -> None:
        assert places(record(sources=frozenset()), layout="source") == ["a.jpg"]
        assert places(record(sources=frozenset({"nonsense"})), layout="source") == ["a.jpg"]


class TestClashes:
    OLD, NEW = record("old"), record("new", stored_at=NOON + timedelta(days=1))

    @pytest.mark.parametrize(("layout", "other"), [("source", OLD), ("flat", NEW), ("{stem}.{ext}", NEW)])
    def test_what_lay_there_last_has_the_name_and_elsewhere_what_was_there_first(
        self, layout: str, other: Record
    ) -> None:
        """So a tree comes back as it was, and no name is taken from a file by what is backed up later."""
        names = [f"a ({other.id}).jpg", "a.jpg"]
        assert places(self.OLD, self.NEW, layout=layout) == names
        assert places(self.NEW, self.OLD, layout=layout) == names

    def test_of_those_stored_at_once_the_smallest_hash_has_the_name(self) -> None:
        records = sorted([record(content) for content in "abc"], key=lambda each: each.sha256)
        assert places(*records, layout="flat") == sorted(["a.jpg", *(f"a ({each.id}).jpg" for each in records[1:])])

    def test_a_name_with_somebody_elses_id_in_it_is_nobodys_loss(self) -> None:
        first, second = sorted([record("1"), record("2")], key=lambda each: each.sha256)
        thief = record("3", filename=f"a ({second.id}).jpg")
        assert len(places(first, second, thief, layout="flat")) == 3

    def test_a_file_called_as_a_folder_makes_way(self) -> None:
        file, inside = (record(source, sources=frozenset({f"laptop:{source}"})) for source in ("Trip", "Trip/a.jpg"))
        assert places(file, inside, layout="source") == [f"Trip ({file.id})", "Trip/a.jpg"]

    @pytest.mark.parametrize(
        ("names", "rules"),
        [
            (("IMG.jpg", "img.JPG"), NameRules(case_matters=False)),
            (("straße.jpg", "STRASSE.JPG"), NameRules(case_matters=False)),
            (("caf\u00e9.jpg", "cafe\u0301.jpg"), NameRules(form_matters=False)),
            (("caf\u00e9.jpg", "CAFE\u0301.jpg"), NameRules(case_matters=False, form_matters=False)),
            (("a?.jpg", "a*.jpg"), NameRules(refuses_windows=True)),
        ],
    )
    def test_names_that_are_one_on_the_target_are_kept_apart(self, names: tuple[str, str], rules: NameRules) -> None:
        records = [record(name, filename=name) for name in names]
        found = places(*records, layout="flat", rules=rules)
        assert len({rules.key(PurePosixPath(each)) for each in found}) == 2
        assert any(f"({each.id})" in name for each in records for name in found)
        if not rules.refuses_windows:
            assert places(*records, layout="flat") == sorted(names)  # as they were, where they are two

    def test_one_content_at_one_name_is_one_file(self) -> None:
        both = record(sources=frozenset({"laptop:x/a.jpg", "laptop:y/a.jpg"}))
        assert places(both, layout="flat") == ["a.jpg"]

    def test_a_live_photo_has_two_files_of_one_stem(self) -> None:
        photo, film = record("photo", filename="IMG_1.HEIC"), record("film", filename="IMG_1.MOV")
        assert places(photo, film, layout="flat") == ["IMG_1.HEIC", "IMG_1.MOV"]


class TestSafety:
    @pytest.mark.parametrize(
        "path",
        ["/etc/passwd", "../../etc/passwd", "a/../../b.jpg", "..", ".", "./././a.jpg", "//a.jpg", "a/./b/../c.jpg"],
    )
    def test_no_place_leads_out_of_the_folder(self, path: str) -> None:
        hostile = record(sources=frozenset({f"laptop:{path}"}), filename=escape(path))
        for layout in LAYOUTS:
            for target in targets([hostile], layout_of(layout)):
                assert not target.path.is_absolute()
                assert ".." not in target.path.parts

    @pytest.mark.parametrize("device", ["..", ".", "a/b", "/", "\0"])
    def test_no_device_does_either(self, device: str) -> None:
        records = [
            record("1", sources=frozenset({f"{device}:a.jpg"})),
            record("2", sources=frozenset({"laptop:a.jpg"})),
        ]
        for target in targets(records, layout_of("source")):
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
        assert safe_name("." + "x" * 300) == "." + "x" * 254

    @pytest.mark.parametrize(
        ("name", "safe"),
        [
            ("CON", "_CON"),
            ("nul.jpg", "_nul.jpg"),
            ("Com1 .tar.gz", "_Com1 .tar.gz"),
            ("LPT².txt", "_LPT².txt"),
            ("CONTRACT.jpg", "CONTRACT.jpg"),
            ("a:b?.jpg", "a_b_.jpg"),
            ("dot.", "dot_"),
            ("blank ", "blank_"),
            ("two\nlines.jpg", "two_lines.jpg"),
            (os.fsdecode(b"caf\xe9.jpg"), "caf_.jpg"),
        ],
    )
    def test_what_windows_refuses_is_changed_where_the_target_refuses_it(self, name: str, safe: str) -> None:
        assert safe_name(name, MEMORY_STICK) == safe
        assert safe_name(name) == name

    def test_no_name_is_that_of_a_file_on_its_way(self) -> None:
        assert safe_name(".photobak-0123.part") == "_.photobak-0123.part"

    def test_no_part_begins_with_a_dot_unless_that_is_wanted(self) -> None:
        dotted = record(sources=frozenset({"laptop:.ssh/..a/.b.jpg"}), filename=".b.jpg")
        hidden = replace(EVERY_NAME, dotfiles=False)
        assert places(dotted, layout="source", rules=hidden) == ["_.ssh/_..a/_.b.jpg"]
        assert places(dotted, layout="flat", rules=hidden) == ["_.b.jpg"]
        assert places(dotted, layout=".{id}/{filename}", rules=hidden) == [f"_.{dotted.id}/_.b.jpg"]
        assert places(dotted, layout="source") == [".ssh/..a/.b.jpg"]

    def test_half_a_character_can_be_written(self, tmp_path: Path) -> None:
        (tmp_path / safe_name("a\ud800.jpg")).write_bytes(b"")

    def test_a_clash_of_long_names_can_be_written(self, tmp_path: Path) -> None:
        records = [record(content, filename="ä" * 125 + ".jpg") for content in ("1", "2")]
        names = places(*records, layout="flat")
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


@given(RECORDS, st.sampled_from(LAYOUTS), st.sampled_from([NameRules(), MEMORY_STICK]), st.randoms())
def test_every_record_has_a_place_of_its_own_whatever_the_order(
    records: list[Record], layout: str, rules: NameRules, chance: random.Random
) -> None:
    found = targets(records, layout_of(layout), rules)
    placed = {rules.key(target.path): target.record.sha256 for target in found}
    assert {each.sha256 for each in records} == set(placed.values())
    assert {(rules.key(target.path), target.record.sha256) for target in found} == set(placed.items())
    assert not set(placed) & {rules.key(folder) for target in found for folder in target.path.parents}
    shuffled = list(records)
    chance.shuffle(shuffled)
    again = targets(shuffled, layout_of(layout), rules)
    assert {target.path: target.record.sha256 for target in again} == {each.path: each.record.sha256 for each in found}


class TestTemplates:
    def test_fields_are_filled_in(self) -> None:
        found = record(
            taken=taken(2024, 6, 30, 23, 30, hours=-9),
            camera_make="Google",
            camera_model="Pixel 8",
            filename="IMG_1.JPG",
            sources=frozenset({"phone:DCIM/IMG_1.JPG"}),
        )
        layout = "{year}-{month:02}/{day:03} {hour}{minute}/{camera}, {device}/{kind} {id} {stem}.{ext}"
        expected = f"2024-06/030 2330/Google Pixel 8, phone/photo {found.id} IMG_1.JPG"
        assert places(found, layout=layout) == [expected]

    def test_what_is_not_known_is_called_so(self) -> None:
        assert places(record(sources=frozenset()), layout="{camera}/{lens}/{device}/{filename}") == [
            "unknown/unknown/unknown/a.jpg"
        ]

    def test_a_value_stays_one_part_of_the_path(self) -> None:
        hostile = record(camera_model="../../etc", lens="..", filename="../../.ssh/id")
        assert places(hostile, layout="{camera}/{lens}/{filename}") == [".._.._etc/_/id"]

    @pytest.mark.parametrize(
        ("layout", "said"),
        [
            ("random", "there is no --layout 'random'. Write date, source, flat, or a template"),
            ("{nonsense}", "there is no field {nonsense}, only year, month, day,"),
            ("{filename.__class__}", "there is no field {filename.__class__}"),
            ("{0}", "there is no field {0}"),
            ("{}", "there is no field {}"),
            ("{year", "can't be used"),
            ("year}{id}", "can't be used"),
            ("{month:999999999}", "numbers may have a width"),
            ("{filename:>20}", "numbers may have a width"),
            ("{filename!r}", "numbers may have a width"),
            ("/tmp/{filename}", "it has to be a relative path"),
            ("../{filename}", "it has to be a relative path"),
            ("{year}//{filename}", "it has to be a relative path"),
            ("{year}/", "it has to be a relative path"),
        ],
    )
    def test_a_wrong_one_is_refused_before_anything_is_done(self, layout: str, said: str) -> None:
        with pytest.raises(WrongUsage) as error:
            layout_of(layout)
        assert said in str(error.value)

    def test_the_help_names_every_field(self) -> None:
        help_text = command.help or ""
        assert [field for field in FIELDS if f"{{{field}}}" not in help_text] == []
