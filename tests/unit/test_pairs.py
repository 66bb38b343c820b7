"""Which files of a folder follow which, and what that does to their capture times."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.media_type import MediaType, recognise
from photobak.photo.pairs import family, leaders, live_videos, take_leaders_times


def folder(*names: str) -> list[tuple[str, MediaType]]:
    found = [(name, recognise(b"", name)) for name in names]
    return [(name, media_type) for name, media_type in found if media_type is not None]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("IMG_1.HEIC", "IMG_1.MOV"), {"IMG_1.MOV": "IMG_1.HEIC"}),
        (("IMG_1.JPG", "IMG_1.MOV"), {"IMG_1.MOV": "IMG_1.JPG"}),
        (("img_1.heic", "IMG_1.mov"), {"IMG_1.mov": "img_1.heic"}),
        (("DSC_1.JPG", "DSC_1.NEF"), {"DSC_1.NEF": "DSC_1.JPG"}),
        (("DSC_1.HIF", "DSC_1.ARW"), {"DSC_1.ARW": "DSC_1.HIF"}),
        (("DSC_1.NEF", "DSC_1.xmp"), {"DSC_1.xmp": "DSC_1.NEF"}),
        (("DSC_1.NEF", "DSC_1.NEF.xmp"), {"DSC_1.NEF.xmp": "DSC_1.NEF"}),
        (
            ("DSC_1.JPG", "DSC_1.NEF", "DSC_1.NEF.xmp", "DSC_1.xmp"),
            {"DSC_1.NEF": "DSC_1.JPG", "DSC_1.NEF.xmp": "DSC_1.JPG", "DSC_1.xmp": "DSC_1.JPG"},
        ),
        (("IMG_1.HEIC", "IMG_1.JPG.xmp"), {"IMG_1.JPG.xmp": "IMG_1.HEIC"}),
        (("IMG_1.HEIC", "IMG_1.AAE"), {"IMG_1.AAE": "IMG_1.HEIC"}),
        (("IMG_1.HEIC", "IMG_1.HEIC.json"), {"IMG_1.HEIC.json": "IMG_1.HEIC"}),
        (("IMG_1.HEIC", "IMG_1.HEIC.supplemental-me.json"), {"IMG_1.HEIC.supplemental-me.json": "IMG_1.HEIC"}),
        (("MVI_1.MP4", "MVI_1.THM", "MVI_1.LRV"), {"MVI_1.THM": "MVI_1.MP4", "MVI_1.LRV": "MVI_1.MP4"}),
        (
            ("IMG_1.HEIC", "IMG_1.MOV", "IMG_1.JPG", "IMG_1.DNG", "IMG_1.AAE"),
            {"IMG_1.MOV": "IMG_1.HEIC", "IMG_1.DNG": "IMG_1.HEIC", "IMG_1.AAE": "IMG_1.HEIC"},
        ),
        (
            ("IMG_1234.HEIC", "IMG_1234.MOV", "IMG_E1234.JPG", "IMG_E1234.MOV", "IMG_1234.AAE", "IMG_O1234.AAE"),
            dict.fromkeys(
                ("IMG_1234.MOV", "IMG_E1234.JPG", "IMG_E1234.MOV", "IMG_1234.AAE", "IMG_O1234.AAE"), "IMG_1234.HEIC"
            ),
        ),
        (("IMG_E1234.JPG", "IMG_E1234.MOV"), {"IMG_E1234.MOV": "IMG_E1234.JPG"}),
    ],
)
def test_files_of_one_exposure_follow_their_photo(names: tuple[str, ...], expected: dict[str, str]) -> None:
    assert leaders(folder(*names)) == expected


@pytest.mark.parametrize(
    "names",
    [
        ("IMG_1.JPG",),
        ("IMG_1.JPG", "IMG_2.MOV", "IMG_3.NEF"),
        ("IMG_1.JPG", "IMG_1.PNG"),
        ("IMG_1.HEIC", "IMG_1.JPG"),
        ("IMG_1.MOV", "IMG_1.MP4"),
        ("IMG_1.DNG", "IMG_1.NEF"),
        ("IMG_1.AAE", "other.xmp"),
        ("IMG_1.AAE", "IMG_1.AAE.xmp"),
        ("IMG_E1234.JPG",),
        (),
    ],
)
def test_others_follow_nobody(names: tuple[str, ...]) -> None:
    assert leaders(folder(*names)) == {}


stems = st.sampled_from(["IMG_1", "img_1", "IMG_E1", "IMG_O1", "IMG_2", "IMG_1.JPG", "IMG_1.xmp", "a"])
extensions = st.sampled_from(["JPG", "jpg", "HEIC", "PNG", "NEF", "dng", "MOV", "mp4", "xmp", "AAE", "JPG.json", "THM"])
names = st.lists(st.builds("{}.{}".format, stems, extensions), unique=True, max_size=12)


@given(names, st.randoms(use_true_random=False))
def test_the_order_of_the_files_does_not_matter_and_no_leader_follows(
    given_names: list[str], chance: random.Random
) -> None:
    found = leaders(folder(*given_names))
    assert not set(found) & set(found.values())
    shuffled = list(given_names)
    chance.shuffle(shuffled)
    assert leaders(folder(*shuffled)) == found


@given(names)
def test_nobody_follows_a_file_of_another_family(given_names: list[str]) -> None:
    for follower, leader in leaders(folder(*given_names)).items():
        assert family(follower) == family(leader)


@pytest.mark.parametrize(
    "names",
    [
        ("2024.01.31.jpg", "2024.02.01.jpg"),
        ("2024-01-31 23.59.59.jpg", "2024-01-31 23.59.58.jpg"),
        (".a.jpg", ".b.jpg"),
        ("IMG_1.JPG", "IMG_10.JPG"),
        ("._IMG_1.JPG", "IMG_1.JPG"),
    ],
)
def test_families_are_no_larger_than_need_be(names: tuple[str, str]) -> None:
    """A family is read by one thread and comes out at once: a folder's thousand files must not be one."""
    assert family(names[0]) != family(names[1])


def at(hour: int, source: TakenSource) -> CaptureTime:
    return CaptureTime(datetime(2024, 6, 30, hour, tzinfo=UTC), source)


def test_followers_take_the_time_of_their_leader() -> None:
    times = {
        "IMG_1.HEIC": at(12, TakenSource.EXIF),
        "IMG_1.MOV": at(13, TakenSource.VIDEO),
        "IMG_1.AAE": at(14, TakenSource.MTIME),
        "IMG_2.JPG": at(15, TakenSource.EXIF),
    }
    settled = take_leaders_times(times, {"IMG_1.MOV": "IMG_1.HEIC", "IMG_1.AAE": "IMG_1.HEIC"})
    assert settled == {
        "IMG_1.HEIC": at(12, TakenSource.EXIF),
        "IMG_1.MOV": at(12, TakenSource.PARTNER),
        "IMG_1.AAE": at(12, TakenSource.PARTNER),
        "IMG_2.JPG": at(15, TakenSource.EXIF),
    }


def test_a_statement_is_not_given_up_for_a_guess() -> None:
    times = {
        "IMG_1.JPG": at(12, TakenSource.MTIME),
        "IMG_1.MOV": at(13, TakenSource.VIDEO),
        "IMG_1.xmp": at(14, TakenSource.MTIME),
    }
    settled = take_leaders_times(times, {"IMG_1.MOV": "IMG_1.JPG", "IMG_1.xmp": "IMG_1.JPG"})
    assert settled["IMG_1.MOV"] == at(13, TakenSource.VIDEO)
    assert settled["IMG_1.xmp"] == at(12, TakenSource.PARTNER)


def test_a_leader_whose_time_is_not_known_leads_nobody() -> None:
    times = {"IMG_1.MOV": at(13, TakenSource.VIDEO)}
    assert take_leaders_times(times, {"IMG_1.MOV": "IMG_1.JPG"}) == times


@pytest.mark.parametrize(
    ("photo", "video", "duration", "is_live"),
    [
        ("IMG_1.HEIC", "IMG_1.MOV", 2.8, True),
        ("IMG_1.JPG", "img_1.mov", 1.5, True),
        ("IMG_1.jpg", "IMG_1.mp4", 3.0, True),
        ("IMG_1.HEIC", "IMG_1.MOV", 31.0, False),  # a video of the same name
        ("IMG_1.HEIC", "IMG_1.MOV", None, False),
        ("IMG_1.PNG", "IMG_1.MOV", 2.8, False),
        ("IMG_1.CR2", "IMG_1.MOV", 2.8, False),
        ("IMG_1.HEIC", "IMG_E1.MOV", 2.8, False),  # the edit's
        ("IMG_1.HEIC", "IMG_2.MOV", 2.8, False),
    ],
)
def test_a_short_video_of_the_same_stem_is_the_moving_half(
    photo: str, video: str, duration: float | None, is_live: bool
) -> None:
    types = {name: media_type for name in (photo, video) if (media_type := recognise(b"", name)) is not None}
    found = live_videos(leaders(types.items()), types, {video: duration}, {})
    assert found == ({photo: video} if is_live else {})


@pytest.mark.parametrize(
    ("photo_id", "video_id", "duration", "is_live"),
    [
        ("A", "A", 2.8, True),
        ("A", "A", 7.0, True),  # an edited loop is longer
        ("A", "A", None, True),
        ("A", "B", 2.8, False),  # a counter began anew, and two shots have one name
        ("A", None, 2.8, True),  # a converter has left it out
        (None, "B", 2.8, True),
        (None, None, 7.0, False),
    ],
)
def test_apples_identifiers_decide_where_both_files_have_one(
    photo_id: str | None, video_id: str | None, duration: float | None, is_live: bool
) -> None:
    types = dict(folder("IMG_1.HEIC", "IMG_1.MOV"))
    content_ids = {"IMG_1.HEIC": photo_id, "IMG_1.MOV": video_id}
    found = live_videos(leaders(types.items()), types, {"IMG_1.MOV": duration}, content_ids)
    assert found == ({"IMG_1.HEIC": "IMG_1.MOV"} if is_live else {})
