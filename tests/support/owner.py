"""Somebody with photos and a local stack of their own, who uses the installed command."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.command_line import photobak
from support.local_stack import processes_of, root_client
from support.pictures import encoded, quadrants

from photobak.client.places import places
from photobak.client.profile import Profile, load_profile
from photobak.local.lifecycle import down
from photobak.local.running import running
from photobak.local.values import LocalStack


@dataclass(frozen=True)
class Owner:
    """Their home; the photos lie in ``Pictures``."""

    home: Path

    @property
    def pictures(self) -> Path:
        """What is backed up."""
        return self.home / "Pictures"

    @property
    def stack(self) -> LocalStack:
        """Their local stack."""
        found = running(self.home / "photobak" / "state" / "local")
        assert found is not None
        return found

    @property
    def profile(self) -> Profile:
        """Their profile."""
        found = load_profile(places({"PHOTOBAK_HOME": str(self.home / "photobak")}), None)
        assert found is not None
        return found

    def aws(self, service: str) -> Any:
        """A client that may do everything."""
        return root_client(self.stack, service)

    def run(self, *arguments: object, code: int = 0) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end; it must end with this code, and without a traceback."""
        done = photobak(self.home, *map(str, arguments))
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    def json(self, *arguments: object, code: int = 0) -> list[dict[str, Any]]:
        """Run a command with ``--json``; its lines."""
        return [json.loads(line) for line in self.run(*arguments, "--json", code=code).stdout.splitlines()]

    def sync(self) -> dict[str, Any]:
        """Back up; the summary."""
        return self.json("sync", self.pictures)[-1]

    def listed(self) -> dict[str, dict[str, Any]]:
        """What ``ls`` lists, by file name."""
        return {line["filename"]: line for line in self.json("ls")}


@contextmanager
def owner_of(home: Path, files: Mapping[str, bytes]) -> Iterator[Owner]:
    """Somebody with these files, all of them backed up; nothing runs any more at the end."""
    owner = Owner(home)
    for name, content in files.items():
        path = owner.pictures / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    stack_home = home / "photobak" / "state" / "local"
    try:
        owner.run("local", "up")
        owner.sync()
        yield owner
    finally:
        down(stack_home)
        assert processes_of(stack_home) == []


def small_pictures(count: int) -> dict[str, bytes]:
    """So many pictures, no two of them the same: ``0.jpg`` and so on."""
    pictures = {}
    for number in range(count):
        picture = quadrants(64, 48)
        picture.paste((number * 7 % 256, number % 256, 0), (0, 0, 16, 16))
        pictures[f"{number}.jpg"] = encoded(picture, "JPEG")
    return pictures
