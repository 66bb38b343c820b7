"""Packages that are not installed, for a process started with this folder in ``PYTHONPATH``.

``PHOTOBAK_TEST_WITHOUT=ministack`` hides that package.
"""

import os
import sys

if _missing := os.environ.get("PHOTOBAK_TEST_WITHOUT"):
    sys.modules[_missing] = None  # type: ignore[assignment]  # Python's own way to say that there is none
