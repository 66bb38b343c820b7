"""The floors of the house and of the cloud are held: a contract breaks for every arrow that is turned around.

Those of the client have a test of their own (test_import_floors.py), an arrow at a time.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

TURNED = {
    "photobak/errors.py": "photobak.photo.record",
    "photobak/platform/files.py": "photobak.photo.kind",
    "photobak/photo/kind.py": "photobak.cloud.store.photos",
    "photobak/stack/outputs.py": "photobak.client.index.index",
    "photobak/client/profile.py": "photobak.cli.ui.terminal",
    "photobak/cli/ui/terminal.py": "photobak.cli.commands.sync",
    "photobak/cli/commands/sync.py": "photobak.cli.commands.ls",
    "photobak/cli/commands/ls.py": "pycurl",
    "photobak/cli/commands/get.py": "fcntl",
    "photobak/client/sync/moves.py": "photobak.local.running",
    "photobak/local/running.py": "photobak.cloud.environment",
    "photobak/cloud/store/topics.py": "photobak.cloud.photos.fan_out",
    "photobak/cloud/store/uploads.py": "photobak.cloud.http.problem",
    "photobak/cloud/store/photos.py": "photobak.cloud.api.listing",
    "photobak/cloud/photos/evidence.py": "photobak.cloud.undelete.records",
    "photobak/cloud/photos/describe.py": "photobak.cloud.http.requests",
    "photobak/cloud/http/form.py": "photobak.cloud.photos.fan_out",
    "photobak/cloud/http/problem.py": "photobak.cloud.device.machine",
    "photobak/cloud/environment.py": "photobak.cloud.store.tickets",
    "photobak/cloud/undelete/trash_exit.py": "photobak.cloud.api.trash",
    "photobak/cloud/process/keep.py": "photobak.cloud.repair.objects",
    "photobak/cloud/publish/changes.py": "photobak.cloud.live.messages",
    "photobak/cloud/device/person.py": "photobak.cloud.pre_sign_up.handler",
    "photobak/cloud/api/trash.py": "botocore.session",
    "photobak/photo/record.py": "photobak.cloud.store.contents",
}
"""In each of these modules, an import that may not be there."""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter prints of a copy in which all these arrows are turned."""
    copy = tmp_path_factory.mktemp("turned")
    shutil.copytree(ROOT / "photobak", copy / "photobak", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for name, module in TURNED.items():
        with (copy / name).open("a", encoding="utf-8") as file:
            file.write(f"\nimport {module}\n")
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    return " ".join(done.stdout.split())


@pytest.mark.parametrize("name", TURNED)
def test_an_arrow_that_is_turned_around_is_found(said: str, name: str) -> None:
    importer = name.removesuffix(".py").replace("/", ".")
    imported = TURNED[name].partition(".session")[0]  # of packages that are not ours, import-linter names the root
    assert f"{importer} -> {imported} (l." in said
