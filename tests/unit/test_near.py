"""``--near``: towns by their names in any language, positions, and what is said of names that several towns bear."""

import pytest

from photobak.cli.ui.options import parse_near
from photobak.errors import WrongUsage
from photobak.photo.place.circle import Circle, distance_km
from photobak.photo.place.search import DEFAULT_RADIUS_KM

LISBON = (38.725, -9.15)


@pytest.mark.parametrize(
    ("text", "position", "radius"),
    [
        ("Lisbon", LISBON, DEFAULT_RADIUS_KM),
        ("lisboa, 5km", LISBON, 5),
        ("Лиссабон", LISBON, DEFAULT_RADIUS_KM),
        ("Lisbon, Portugal, 2.5", LISBON, 2.5),
        ("Cambridge, MA", (42.375, -71.106), DEFAULT_RADIUS_KM),  # the state, not Morocco
        ("Cambridge, MA, US, 3", (42.375, -71.106), 3),  # as its name is printed
        ("Paris, Texas", (33.661, -95.556), DEFAULT_RADIUS_KM),
        ("Porto", (41.149, -8.611), DEFAULT_RADIUS_KM),  # which Bordeaux, a little larger, was once called
        ("zurich", (47.367, 8.55), DEFAULT_RADIUS_KM),
        ("Hallstadt", (49.932, 10.881), DEFAULT_RADIUS_KM),  # 8,000 people
        ("38.725,-9.15,3", LISBON, 3),
        (" 38.725 , -9.15 , 3 km ", LISBON, 3),
        ("38.725,-9.15", LISBON, DEFAULT_RADIUS_KM),
    ],
)
def test_what_is_near(text: str, position: tuple[float, float], radius: float) -> None:
    found = parse_near(text)
    assert found.radius_km == radius
    assert distance_km(found.latitude, found.longitude, *position) < 2


def test_of_several_towns_the_largest_is_meant_and_the_others_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    found = parse_near("Cambridge")
    assert Circle(52.2, 0.12, 5).holds(found.latitude, found.longitude)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "using Cambridge, GB" in captured.err
    assert "Cambridge, MA, US" in captured.err
    assert len(captured.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Lisbin", "no town is called 'Lisbin'. Do you mean Lisbon?"),
        ("Lisbon, Narnia", "no town is called"),
        ("Lisbin, Portugal, 5km", "no town is called 'Lisbin, Portugal'. Do you mean Lisbon?"),
        ("x" * 10_000, "no town is called"),
        ("\udcff", "no town is called"),
        ("%", "no town is called"),
        ("\u202enilreB", "no town is called '\\u202enilreB'"),
        ('"><script>', "no town is called"),
        ("Lis\x00bon", "no town is called"),
        ("", "needs the name of a town"),
        (", PT", "needs the name of a town"),
        ("|", "needs the name of a town"),
        ("91,0,1", "not a position"),
        ("38.7,-9.1,far", "not a position"),
        ("38.7,-9.1,-5", "not a position"),
        ("nan,nan", "not a position"),
        ("1,2,3,4", "not a position"),
    ],
)
def test_what_is_nowhere_is_refused_with_what_to_write(text: str, said: str) -> None:
    with pytest.raises(WrongUsage, match=r"38\.72,-9\.14,5") as refused:
        parse_near(text)
    assert said in str(refused.value)
