"""Which of these tests are run: those that download an emulated machine only in a long campaign."""

import os

collect_ignore = [] if os.environ.get("PHOTOBAK_CAMPAIGN") == "long" else ["test_bundle_on_arm64.py"]
