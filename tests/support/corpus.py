"""The sample photographs: PHOTOBAK_CORPUS, or ``shared/photos`` beside the repository."""

import os
from pathlib import Path

BESIDE = Path(__file__).parents[2].parent / "shared" / "photos"
MISSING = "no sample photographs: set PHOTOBAK_CORPUS to a folder of them, or put one at ../shared/photos"


def corpus() -> Path:
    """The folder of the samples, whether it exists or not."""
    return Path(os.environ.get("PHOTOBAK_CORPUS") or BESIDE)


def corpus_files() -> list[Path]:
    """Every file of the samples, in order; empty where there are none."""
    return sorted(path for path in corpus().rglob("*") if path.is_file())
