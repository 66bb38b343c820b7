"""A fuzz campaign over everything that reads what strangers wrote: no input costs much, and none gets anything else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.campaign import rounds
from support.corpus import corpus, corpus_files
from support.metadata_campaign import MOST_BYTES, MOST_SECONDS

SEEDS = range(4)
MOST_LEFT = 64 * 1024 * 1024
"""Bytes that a process may have grown by in the end: the allocator may keep the largest input, but not each of them."""
INPUTS = rounds(short=2_500, long=250_000)
"""Of each seed: ten thousand in an ordinary run, a million with ``PHOTOBAK_CAMPAIGN=long``."""
TESTS = Path(__file__).parents[1]


@pytest.mark.timeout(0)
@pytest.mark.parametrize("seed", SEEDS)
def test_fuzzed_metadata_cost_little_and_raise_nothing(seed: int) -> None:
    samples = [str(corpus())] if corpus_files() else []
    command = [sys.executable, "-m", "support.metadata_campaign", str(seed), str(INPUTS), *samples]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(TESTS)})
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    worst = f"{told['seconds']:.3f} s ({told['slowest']}), {told['bytes'] / 1e6:.0f} MB ({told['largest']})"
    print(f"{told['inputs']:,} inputs: worst {worst}; the process has grown by {told['left'] / 1e6:.0f} MB")
    assert told["inputs"] == INPUTS
    assert told["seconds"] < MOST_SECONDS
    assert told["bytes"] < MOST_BYTES
    assert told["left"] < MOST_LEFT
