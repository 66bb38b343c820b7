"""What is written for cron: the user's own lines stay as they are, and a path means itself."""

import shlex
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photobak.cli.ui.values import parse_time_of_day
from photobak.errors import ScheduleError, WrongUsage
from photobak.platform.scheduler.cron import entry, find_entry, with_entry
from photobak.platform.scheduler.interface import Job

PHOTOS = '/home/ann/It\'s 100% "mine" \\% \\\\ $HOME\\#'
JOB = Job("default", time(3, 5), ("/opt/photobak", "sync", PHOTOS), (("PHOTOBAK_HOME", "/srv/my photobak"),))
OTHERS = ["", "# mine\n@daily run-parts /x\n", "MAILTO=ann\n0 1 * * * true", "\n\n# photobak schedule, profile x\n"]


def test_a_line_of_cron_runs_the_command_with_its_arguments() -> None:
    mark, line = entry(JOB).splitlines()
    assert mark.startswith("# photobak schedule, profile default")
    assert line.startswith("5 * * * * PHOTOBAK_HOME='/srv/my photobak' ")
    assert "%" not in line.replace("\\%", "")
    words = shlex.split(line.replace("\\%", "%"))[5:]
    gently = [word for word in words if word in {"nice", "-n", "10", "ionice", "-c", "3"}]
    assert [word for word in words if word not in gently] == [
        "PHOTOBAK_HOME=/srv/my photobak",
        "/opt/photobak",
        "sync",
        PHOTOS,
    ]


def test_a_line_break_is_refused() -> None:
    with pytest.raises(ScheduleError, match="line break"):
        entry(Job("default", time(3), ("/opt/photobak", "sync", "/a\nb")))


@given(st.sampled_from(OTHERS) | st.text())
def test_what_else_is_in_the_crontab_stays(table: str) -> None:
    before = table + "\n" * bool(table and not table.endswith("\n"))
    once = with_entry(table, "default", entry(JOB))
    assert once == before + entry(JOB)
    assert find_entry(once, "default") == entry(JOB)
    assert with_entry(once, "default", entry(JOB)) == once
    both = with_entry(once + "# more\n", "other", entry(Job("other", time(4), ("x",))))
    assert with_entry(with_entry(both, "default", ""), "other", "") == before + "# more\n"
    assert with_entry(before, "default", "") == before


def test_a_time_is_changed_where_it_stands() -> None:
    table = with_entry("a\n", "default", entry(JOB)) + "b\n"
    later = Job(JOB.name, time(22, 30), JOB.command)
    changed = with_entry(table, "default", entry(later))
    assert changed == f"a\n{entry(later)}b\n"
    assert find_entry(changed, "other") == ""


@pytest.mark.parametrize(("text", "at"), [("3:00", time(3)), ("03:00", time(3)), ("23:59", time(23, 59))])
def test_times_of_day(text: str, at: time) -> None:
    assert parse_time_of_day(text) == at


@pytest.mark.parametrize("text", ["", "3", "24:00", "12:60", "12:5", "noon", "12:30:00", "١٢:30", "-1:00"])
def test_what_is_no_time_of_day(text: str) -> None:
    with pytest.raises(WrongUsage, match="not a time of day"):
        parse_time_of_day(text)
