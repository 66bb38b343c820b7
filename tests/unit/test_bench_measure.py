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
