"""The benchmarks' measuring tool: it counts what it says, or it stops."""

import sys

import pytest
from bench.measure import Command, measure


def python(name: str, code: str) -> Command:
    return Command(name, (sys.executable, "-I", "-S", "-c", code))


def test_cpu_of_children_and_peak_memory_are_counted_and_outputs_kept() -> None:
    child = "sum(i * i for i in range(3_000_000))"
    busy = python("busy", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}]); print('done')")
    large = python("large", "data = b'x' * 100_000_000")

    comparison = measure(busy, large, rounds=2)

    assert comparison.ours.outputs == ("done\n", "done\n")
    assert comparison.ours.cost.cpu > 0.02
    assert comparison.wall_ratio > 1
    assert comparison.rival.cost.peak > 100_000_000
    assert comparison.peak_ratio < 0.5
    assert "| ratio" in comparison.table("a title")


def test_the_memory_of_the_measuring_process_is_not_counted() -> None:
    own = bytearray(b"x" * 200_000_000)

    comparison = measure(python("ours", "pass"), python("rival", "pass"), rounds=1)

    assert comparison.ours.cost.peak < len(own) / 2


def test_both_run_in_turn_after_what_goes_before() -> None:
    order: list[str] = []
    ours, rival = (Command(name, ("true",), before=lambda name=name: order.append(name)) for name in ("a", "b"))  # type: ignore[misc]

    measure(ours, rival, rounds=2)

    assert order == ["a", "b"] * 3


def test_a_command_that_fails_ends_the_benchmark() -> None:
    with pytest.raises(SystemExit, match=r"ours failed \(3\)"):
        measure(python("ours", "import sys; sys.exit(3)"), python("rival", "pass"), rounds=1)


def test_the_memory_of_processes_that_live_side_by_side_is_added_up() -> None:
    large = "import sys, time; data = b'x' * 60_000_000; print(len(data), flush=True); time.sleep(0.5)"
    three = f"""
import subprocess, sys
others = [subprocess.Popen([sys.executable, '-I', '-S', '-c', {large!r}], stdout=subprocess.DEVNULL) for _ in range(3)]
print([other.wait() for other in others])
"""
    comparison = measure(python("three", three), python("none", "pass"), rounds=1)

    assert comparison.ours.cost.peak > 180_000_000


def test_several_rivals_stand_below_each_other_each_with_its_ratio() -> None:
    comparison = measure(*(python(name, "pass") for name in ("a", "b", "c")), rounds=1)

    assert [rival.name for rival in comparison.rivals] == ["b", "c"]
    assert comparison.rival.name == "b"
    assert "| ratio to b" in comparison.table("a title")
    assert "| ratio to c" in comparison.table("a title")


def test_a_command_may_end_well_with_a_code_of_its_own() -> None:
    three = ("sh", "-c", "exit 3")

    measure(Command("incomplete", three, ends_with=3), python("rival", "pass"), rounds=1)
