"""A person with photos, a home of their own, and an account of their own on a local stack that others use too."""

import hashlib
import json
import os
import random
import subprocess
import uuid
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any, Self

from support.command_line import PHOTOBAK, environ_of
from support.local_stack import eventually, root_client
from support.photo_files import dated
from support.pictures import encoded, quadrants
from support.plain_rights import plain_rights

from photobak.cli.ui.context import Context
from photobak.cli.ui.local_stack import sign_in_local_account
from photobak.client.account.session import Session, open_session
from photobak.client.files.outcome import FileOutcome, Observer, Summary
from photobak.client.files.scan import Filters, Skipped, distinct_roots
from photobak.client.index.file import index_path
from photobak.client.index.index import Index
from photobak.client.library.albums import Albums
from photobak.client.library.bucket import SessionBucket
from photobak.client.library.library import Library
from photobak.client.places import Places
from photobak.client.profile import Profile
from photobak.client.restore.destination import Destination
from photobak.client.restore.layout import SOURCE, layout_of, targets
from photobak.client.restore.placer import RestoreResult
from photobak.client.restore.restorer import Restorer
from photobak.client.sync.sync import Options, Sync
from photobak.local.lifecycle import add_user
from photobak.local.values import LocalAccount, LocalStack
from photobak.photo.record import Record

DEVICE = "laptop"
_SAID = (
    *("description", "favorite", "archived", "people", "tags", "taken", "taken_alternatives", "motion"),
    *("latitude", "longitude", "filename", "sources", "kind", "size"),
)
SAFE = {"stored", "already-stored", "no-preview"}


@dataclass
class Watcher(Observer):
    """An observer that remembers what tests ask after."""

    outcomes: list[FileOutcome] = field(default_factory=list)
    left_alone: dict[str, str] = field(default_factory=dict)
    bytes_sent: int = 0

    def unchanged(self, files: int) -> None:
        """No test asks for it."""

    def found(self, files: int, size: int) -> None:
        """No test asks for it."""

    def read(self, files: int) -> None:
        """No test asks for it."""

    def uploaded(self, files: int) -> None:
        """No test asks for it."""

    def ignored(self, skipped: Skipped) -> None:
        self.left_alone[skipped.path] = skipped.reason

    def sent(self, size: int) -> None:
        self.bytes_sent += size

    def finished(self, outcome: FileOutcome) -> None:
        self.outcomes.append(outcome)


@dataclass
class Run:
    """What a sync has said."""

    summary: Summary
    watcher: Watcher

    @property
    def results(self) -> dict[str, str]:
        """The result of each file that was new or changed, by name."""
        return {outcome.path.name: outcome.result.value for outcome in self.watcher.outcomes}

    @property
    def counts(self) -> Counter[str]:
        """How many of each result, the unchanged ones too."""
        return Counter({result.value: count for result, count in self.summary.results.items() if count})

    def reason(self, name: str) -> str:
        """Why a file has its result."""
        (reason,) = {each.reason for each in self.watcher.outcomes if each.path.name == name}
        return reason or ""


class Backup:
    """One person's photos, index and cloud."""

    def __init__(self, home: Path, stack: LocalStack, account: LocalAccount | None = None) -> None:
        self.home = home
        self.photos = home / "Pictures"
        self.photos.mkdir(parents=True)
        self.stack = stack
        state = home / "photobak" / "state"
        state.mkdir(mode=0o700, parents=True)
        state.parent.chmod(0o700)
        (state / "local").symlink_to(stack.home)
        self._context = Context(profile=None, verbosity=-1, home=home / "photobak")
        self.account = account or add_user(stack.home, f"user-{uuid.uuid4().hex[:12]}")
        self.profile: Profile = sign_in_local_account(self._context, stack, self.account)

    @property
    def places(self) -> Places:
        return self._context.places

    @property
    def index_file(self) -> Path:
        return index_path(self.places, self.profile)

    def session(self) -> Session:
        return open_session(self.profile, self.places)

    def without_network(self) -> Self:
        """The same person from now on where no server answers at all."""
        nowhere = "http://127.0.0.1:1"
        self.profile = replace(self.profile, api_url=nowhere, endpoint_url=nowhere, hosted_ui_url=nowhere)
        return self

    def make(self, *names: str, size: int = 2000) -> list[Path]:
        """Photos, each with bytes of its own."""
        return [write_photo(self.photos / name, size) for name in names]

    def sync(self, *paths: Path, dry_run: bool = False, **options: Any) -> Run:
        """Sync in this process; all photos where no path is given."""
        watcher = Watcher()
        wanted = Options(
            **{"jobs": 4, "device": DEVICE, "zone": UTC, "filters": Filters(), "timeout": 120.0, **options}
        )
        with Index.open(self.index_file) as index:
            sync = Sync(self.session(), index, watcher, wanted)
            roots = distinct_roots(paths or [self.photos])
            return Run(sync.rehearse(roots) if dry_run else sync.run(roots), watcher)

    def records(self) -> dict[str, Record]:
        """What the cloud lists, by SHA-256; each content has one record."""
        found = list(Library(self.session()).records())
        by_content = {record.sha256: record for record in found}
        assert len(by_content) == len(found)
        return by_content

    def said(self) -> dict[str, dict[str, Any]]:
        """What an export carries to another account, by SHA-256."""
        names = {album.id: album.name for album in Albums(self.session()).all()}
        return {
            sha256: {name: getattr(record, name) for name in _SAID}
            | {"albums": {names[each] for each in record.albums}}
            for sha256, record in self.records().items()
        }

    def sources(self, content: bytes) -> set[str]:
        """Where the cloud says that a content lies."""
        return set(self.records()[hashlib.sha256(content).hexdigest()].sources)

    def require_restorable(self, folder: Path) -> None:
        """Restore everything into ``folder``: each photo comes back byte for byte, at its own place, and none more."""
        found = targets(Library(self.session()).records(), layout_of(SOURCE))
        outcomes = list(Restorer(SessionBucket(self.session()), Destination(folder)).restore(found))
        assert {outcome.result for outcome in outcomes} <= {RestoreResult.RESTORED}
        assert contents(folder) == contents(self.photos)

    def require_sound(self, folder: Path) -> None:
        """After whatever happened: one more sync, then all is safe, once, byte for byte, and nothing lies about."""
        done = self.run("sync", str(self.photos), "--json")
        assert (done.returncode, done.stderr) == (0, "")
        self.require_restorable(folder)
        eventually(lambda: not self.temporary_objects())
        again = json_lines(self.run("sync", str(self.photos), "--json").stdout)[1]
        assert again["unchanged"] == again["scanned"] == len(contents(self.photos))
        state = {path.name for path in self.places.state.iterdir()}
        ours = {f"{self.profile.name}.{ending}" for ending in ("index.sqlite3", "run.lock")}
        assert state == {"local", "tokens", *ours}

    def require_truth(self, lines: str) -> None:
        """What a run has said to be stored, however it ended, is stored."""
        said = [json.loads(line) for line in lines.splitlines() if line.endswith("}")]
        stored = {line["sha256"] for line in said if line.get("result") in SAFE}
        assert stored <= set(self.records())

    def temporary_objects(self) -> list[str]:
        """This person's uploads that the cloud has not processed to the end."""
        s3 = root_client(self.stack, "s3")
        prefix = f"{self.session().identity_id}/"
        found = s3.list_objects_v2(Bucket=self.stack.outputs.temp_bucket, Prefix=prefix)
        return [entry["Key"] for entry in found.get("Contents", [])]

    def start(self, *arguments: str, stdin: int = subprocess.DEVNULL, **environment: str) -> "subprocess.Popen[str]":
        """Start the installed command."""
        return subprocess.Popen(
            [PHOTOBAK, *arguments],
            env=environ_of(self.home, **environment),
            cwd=self.home,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="surrogateescape",
            preexec_fn=plain_rights,
        )

    def run(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run the installed command to its end."""
        process = self.start(*arguments, stdin=subprocess.DEVNULL, **environment)
        output, errors = process.communicate(timeout=240)
        assert "Traceback" not in errors, errors
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def write_photo(path: Path, size: int = 2000, chance: random.Random | None = None) -> Path:
    """A JPEG with an EXIF date, and random bytes after its end, so that no other file is like it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = chance.randbytes(size) if chance else os.urandom(size)
    path.write_bytes(picture() + noise)
    return path


@cache
def picture() -> bytes:
    """A small JPEG with an EXIF date."""
    exif = b"Exif\0\0" + dated("2024:06:30 12:00:00", offset="+02:00")
    return encoded(quadrants(), "JPEG", exif=exif)


def sha256(path: Path) -> str:
    """Of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 of each file, by its path relative to ``folder``."""
    return {os.path.relpath(path, folder): sha256(path) for path in folder.rglob("*") if path.is_file()}


def json_lines(output: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The lines of ``--json``: those of files, and the summary."""
    *files, summary = (json.loads(line) for line in output.splitlines())
    return files, summary
