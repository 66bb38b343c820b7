"""When a scheduled run is due, and what the schedulers of macOS and Windows are told."""

import plistlib
from dataclasses import replace
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree

import pytest

from photobak.client.places import places
from photobak.client.scheduled import Schedule, began, called, ended, forget_schedule, read_schedule, save_schedule
from photobak.platform.power import on_battery
from photobak.platform.scheduler.interface import Job
from photobak.platform.scheduler.launchd import plist
from photobak.platform.scheduler.task_scheduler import NAMESPACE, definition

ZONE = timezone(timedelta(hours=2))
JOB = Job(
    "default",
    time(3, 5),
    ("/opt/photobak", "-q", "schedule", "run", '/a "b" & <c>'),
    (("PHOTOBAK_HOME", "/my home"),),
    20,
)


def at(day: int, hour: int, minute: int = 0, zone: timezone = ZONE) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=zone)


def test_a_run_is_due_once_a_day_from_its_time_on() -> None:
    schedule = Schedule("03:00", installed_at=at(1, 12).timestamp())
    assert not schedule.due(at(2, 2, 59))
    assert schedule.next_run(at(2, 2, 59)) == at(2, 3)
    assert schedule.due(at(2, 3))
    running = began(schedule, at(2, 3).timestamp())
    assert not running.due(at(2, 3, 1))
    assert running.next_run(at(2, 3, 1)) == at(3, 3)
    assert running.due(at(3, 4)), "a missed night is made up"
    assert running.next_run(at(3, 4)) == at(3, 4)


def test_a_month_asleep_is_one_run() -> None:
    late = at(30, 9)
    schedule = began(Schedule("03:00", installed_at=0.0), at(1, 3).timestamp())
    assert schedule.due(late)
    assert not began(schedule, late.timestamp()).due(late + timedelta(minutes=1))


def test_a_night_on_battery_power_is_made_up_within_an_hour_of_mains_power_and_only_once() -> None:
    unplugged = {at(2, hour) for hour in range(1, 9)} | {at(3, hour) for hour in range(24)}
    schedule, begun = began(Schedule("03:00"), at(1, 3).timestamp()), []
    for hour in range(1, 3 * 24):
        now = at(2, 0) + timedelta(hours=hour)
        after = called(schedule, now, lambda now=now: "mains power" if now in unplugged else "")
        if after is not None and not after.waiting_for:
            begun.append(now)
        schedule = after or schedule
        assert bool(schedule.waiting_for) == (now in unplugged and schedule.due(now))
    assert begun == [at(2, 9), at(4, 0), at(4, 3)]


def test_power_and_network_are_not_asked_while_nothing_is_due() -> None:
    def never() -> str:
        raise AssertionError

    assert called(began(Schedule("03:00"), at(1, 3).timestamp()), at(1, 4), never) is None


def test_a_laptop_in_another_zone_runs_at_its_new_night() -> None:
    tokyo = timezone(timedelta(hours=9))
    schedule = began(Schedule("03:00"), at(1, 3).timestamp())  # 10:00 in Tokyo
    assert not schedule.due(at(1, 23, zone=tokyo))
    assert schedule.due(at(2, 3, zone=tokyo))


def test_a_run_that_found_another_at_work_is_tried_again() -> None:
    before = Schedule("03:00")
    running = began(before, 5.0)
    assert ended(before, running, 5, 6.0) == before
    assert ended(before, running, 3, 6.0) == replace(running, finished_at=6.0, exit_code=3)


def test_it_is_remembered(tmp_path: Path) -> None:
    here = places({"PHOTOBAK_HOME": str(tmp_path)})
    assert read_schedule(here, "default") is None
    save_schedule(here, "default", Schedule("22:30", "cron", 1.0))
    assert read_schedule(here, "default") == Schedule("22:30", "cron", 1.0)
    for damaged in ("", "[]", '{"at": "noon"}', '{"scheduler": "cron"}', '{"at": 3}'):
        (here.state / "default.schedule.json").write_text(damaged)
        assert read_schedule(here, "default") is None
    forget_schedule(here, "default")
    forget_schedule(here, "default")


def test_the_property_list_is_one() -> None:
    found = plistlib.loads(plist(JOB).encode())
    assert found["ProgramArguments"] == list(JOB.command)
    assert found["EnvironmentVariables"] == {"PHOTOBAK_HOME": "/my home"}
    assert (found["Label"], found["ProcessType"], found["LowPriorityIO"]) == ("photobak.default", "Background", True)
    assert list(found["StartCalendarInterval"]) == ["Minute"], "every hour"
    assert 5 <= found["StartCalendarInterval"]["Minute"] <= 25


def test_jitter_stays_within_its_limits_and_the_same() -> None:
    for minutes in (0, 1, 59):
        job = replace(JOB, at=time(23, 59), jitter=minutes)
        moved = datetime.combine(at(1, 0), job.moved_at, ZONE) - at(1, 23, 59)
        assert moved % timedelta(days=1) <= timedelta(minutes=minutes)
        assert job.moved_at == job.moved_at


ORDER = {  # [MS-TSCH] 2.5.1 and 2.5.3: sequences; Settings is xs:all
    "Task": ["RegistrationInfo", "Triggers", "Principals", "Settings", "Data", "Actions"],
    "CalendarTrigger": ["Enabled", "StartBoundary", "EndBoundary", "Repetition", "ExecutionTimeLimit", "RandomDelay",
                        "ScheduleByDay"],
    "Repetition": ["Interval", "Duration", "StopAtDurationEnd"],
    "Exec": ["Command", "Arguments", "WorkingDirectory"],
}  # fmt: skip


def test_the_task_is_as_its_schema_says() -> None:
    root = ElementTree.fromstring(definition(JOB).partition("?>")[2])
    found = {each.tag.rpartition("}")[2]: each for each in root.iter()}
    assert all(each.tag.startswith(f"{{{NAMESPACE}}}") for each in root.iter())
    for name, order in ORDER.items():
        children = [child.tag.rpartition("}")[2] for child in found[name]]
        assert children == sorted(children, key=order.index)
    assert (found["StartBoundary"].text or "").endswith("T03:05:00")
    assert (found["RandomDelay"].text, found["DaysInterval"].text) == ("PT20M", "1")
    assert (found["StartWhenAvailable"].text, found["MultipleInstancesPolicy"].text) == ("true", "IgnoreNew")
    assert (found["Interval"].text, found["Duration"].text) == ("PT1H", "P1D"), "every hour"
    assert found["DisallowStartIfOnBatteries"].text == "false", "the command itself waits for mains power"
    assert found["Command"].text == "cmd.exe"
    assert found["Arguments"].text == (
        '/d /c "set "PHOTOBAK_HOME=/my home" && /opt/photobak -q schedule run "/a \\"b\\" & <c>""'
    )


def test_without_variables_a_task_needs_no_shell() -> None:
    assert "<Command>/opt/photobak</Command>" in definition(replace(JOB, environment=()))


@pytest.mark.parametrize(
    ("supplies", "battery"),
    [
        ({}, False),
        ({"AC": {"type": "Mains", "online": "1"}, "BAT0": {"type": "Battery", "status": "Charging"}}, False),
        ({"AC": {"type": "Mains", "online": "0"}, "BAT0": {"type": "Battery", "status": "Discharging"}}, True),
        ({"BAT0": {"type": "Battery", "status": "Discharging"}, "USB": {"type": "USB", "online": "1"}}, False),
        ({"mouse": {"type": "Battery", "scope": "Device", "status": "Discharging"}}, False),
        ({"AC": {"type": "Mains", "online": "0"}, "BAT0": {"type": "Battery", "status": "Full"}}, False),
    ],
)
def test_battery_power_is_known_by_the_supplies(
    tmp_path: Path, supplies: dict[str, dict[str, str]], battery: bool
) -> None:
    for name, values in supplies.items():
        (tmp_path / name).mkdir()
        for key, value in values.items():
            (tmp_path / name / key).write_text(f"{value}\n")
    assert on_battery(tmp_path) is battery
