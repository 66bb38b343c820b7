"""What doctor makes of a full disk, few watches, a wrong clock, and a check that fails in its own way."""

import shutil
from pathlib import Path

import pytest

from photobak.cli.ui.redact import Redactor, without_names
from photobak.client.doctor.check import Check, Wrong, run
from photobak.client.doctor.cloud import clock
from photobak.client.doctor.machine import free_space, watches
from photobak.client.places import places
from photobak.errors import ConfigError

DATE = "Fri, 28 Nov 2025 12:00:00 GMT"
NOON = 1_764_331_200.0


def test_a_full_disk_is_a_problem(tmp_path: Path) -> None:
    usage = type(shutil.disk_usage(tmp_path))
    assert free_space(tmp_path, lambda _: usage(10**12, 0, 10**11)) == "100.0 GB free"
    with pytest.raises(Wrong, match="has 5 MB free") as caught:
        free_space(tmp_path, lambda _: usage(10**12, 0, 5 * 10**6))
    assert caught.value.cure.startswith("photobak free")


def test_too_few_watches_are_a_problem(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / "photos" / str(number)).mkdir(parents=True)
    here = places({"PHOTOBAK_HOME": str(tmp_path)})
    here.config.mkdir()
    here.config_file.write_text(f'[folders]\npaths = ["{tmp_path}/photos"]\n')
    assert watches(here, 6) == "6 of 6 watches needed"
    assert "no limit" in watches(here, None)
    with pytest.raises(Wrong, match="more than the 5 watches") as caught:
        watches(here, 5)
    assert caught.value.cure == "sudo sysctl fs.inotify.max_user_watches=524288"


@pytest.mark.parametrize(("off", "said"), [(3600, "60 minutes ahead"), (-7200, "120 minutes behind")])
def test_a_wrong_clock_is_a_problem(off: float, said: str) -> None:
    assert clock(DATE, NOON + 10) == "right"
    assert clock("", NOON).startswith("unknown")
    with pytest.raises(Wrong, match=said):
        clock(DATE, NOON + off)


def test_a_check_that_fails_in_its_own_way_is_a_result() -> None:
    def refuse() -> str:
        raise ConfigError("x is open", why="its mode is 0644", next_step="Close it with: chmod 600 x")

    def break_down() -> str:
        raise PermissionError(13, "Permission denied", "/x")

    found = list(run([Check("a", refuse), Check("b", break_down, "chmod"), Check("c", lambda: "well")]))
    assert [(each.ok, each.detail, each.cure) for each in found] == [
        (False, "x is open: its mode is 0644", "chmod 600 x"),
        (False, "/x: permission denied", "chmod"),
        (True, "well", ""),
    ]


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln", "Bearer [removed]"),
        ("see https://u:p@host/x?a=b#c now", "see https://[removed]@host/x?[removed] now"),
        ('"refresh_token": "abc"', '"refresh_token": [removed]"'),
        ("mail to ann@example.org", "mail to [removed]"),
        ("account 123456789012.", "account 123456789012."),
        ("arn:aws:iam::123456789012:role", "arn:aws:iam::[removed]:role"),
        ("eu-central-1:1b2c3d4e-0000-4000-8000-123456789abc", "eu-central-1:[removed]"),
        ("sha256 " + "a1" * 32, "sha256 " + "a1" * 32),
        ("photobak 0.1.0 sync begins", "photobak 0.1.0 sync begins"),
    ],
)
def test_secrets_are_removed_and_the_rest_stays(text: str, redacted: str) -> None:
    assert Redactor()(text) == redacted


def test_names_below_a_folder_are_hidden() -> None:
    assert without_names("failed /home/ann/Pics/Rome 1/a.jpg: no", ["/home/ann/Pics"]) == "failed FOLDER/….jpg: no"
