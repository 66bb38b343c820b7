"""Sending 100 new files of 4 MB: ``python -m tests.bench.upload [--files 100] [--rounds 5]``.

``photobak sync --no-wait``, the whole process, hashing and EXIF included, beside ``s5cmd cp`` and ``rclone copy`` of
the same files to the same local S3, and beside curl sending them by presigned POSTs that were made before: no client
that sends them this way can be faster. Each round has files that nobody has seen.

Server and clients share the processors. So that the cloud's work on what has arrived is in nobody's time, the queue
between the temp bucket and the process function is not read while this runs: all that is measured is sending. The
rivals' bucket tells no queue, and their PUTs cost the server less than POSTs, which both is in their favour.
"""

import argparse
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

from photobak.client.account.api import PhotoAnswer, PresignedPost
from photobak.client.upload.announce import announce_all
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST, Announcement
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.identity import sha256_of
from photobak.photo.media_type import JPEG
from tests.bench.home import BenchHome, bench_home, installed
from tests.bench.large_files import write_large_files
from tests.bench.measure import Command, measure

BUCKET = "bench"
AT_ONCE = 8
"""What ``photobak sync`` sends at once; curl too."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print("Goal: wall <= 0.9 x s5cmd, CPU <= 1.0 x s5cmd, peak <= 150 MB\n")
    with bench_home("upload") as home:
        bench = Bench(home, arguments.files)
        bench.let_uploads_wait()
        found = measure(bench.ours(), bench.s5cmd(), bench.rclone(), bench.curl(), rounds=arguments.rounds)
    print(found.table(f"{arguments.files} new files of 4 MB"))


class Bench:
    """One home, and the files of the round."""

    def __init__(self, home: BenchHome, files: int) -> None:
        self._home = home
        self._files = files

    def let_uploads_wait(self) -> None:
        """Have no function called for what arrives in the temp bucket."""
        functions = self._home.aws("lambda")
        for mapping in functions.list_event_source_mappings(FunctionName="photobak-process")["EventSourceMappings"]:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)

    def ours(self) -> Command:
        """Everything is new to it, and to the cloud."""
        return self._home.sync(self._home.photos, "--no-wait", before=self._new_files)

    def s5cmd(self) -> Command:
        """As it comes."""
        return self._rival("s5cmd cp", installed("s5cmd"), "cp", f"{self._home.photos}/*", f"s3://{BUCKET}/")

    def rclone(self) -> Command:
        """As it comes."""
        remote = f":s3,provider=Other,env_auth=true,endpoint='{self._home.stack.endpoint_url}':{BUCKET}"
        return self._rival("rclone copy", installed("rclone"), "copy", "--config", "", str(self._home.photos), remote)

    def curl(self) -> Command:
        """The floor."""
        options = ("--parallel", "--parallel-max", str(AT_ONCE), "--config", str(self._posts))
        return Command("curl --parallel, POSTs made before", ["curl", *options], before=self._write_posts)

    @property
    def _posts(self) -> Path:
        return self._home.folder / "posts"

    def _rival(self, name: str, *argv: str) -> Command:
        return self._home.rival(name, *argv, before=lambda: self._home.empty_bucket(BUCKET))

    def _new_files(self) -> None:
        self._home.empty_bucket(self._home.stack.outputs.temp_bucket)
        self._home.index_file.unlink(missing_ok=True)
        shutil.rmtree(self._home.photos, ignore_errors=True)
        write_large_files(self._home.photos, self._files)

    def _write_posts(self) -> None:
        """Announce the files, as a sync does, and write down for curl how each is sent."""
        wanted = {sha256_of(path.open("rb")): path for path in sorted(self._home.photos.iterdir())}
        announced = [announcement(sha256, path) for sha256, path in wanted.items()]
        answers: dict[str, PhotoAnswer] = {}
        for start in range(0, len(announced), MAX_PHOTOS_A_REQUEST):
            answers |= announce_all(self._home.session(), announced[start : start + MAX_PHOTOS_A_REQUEST])
        posts = ((answers[sha256].upload, path) for sha256, path in wanted.items())
        transfers = (transfer(post, path) for post, path in posts if post)
        self._posts.write_text("next\n".join(transfers))


def announcement(sha256: str, path: Path) -> Announcement:
    """What is said of a file before it is sent."""
    return Announcement(
        sha256=sha256,
        kind=JPEG.kind,
        size=path.stat().st_size,
        content_type=JPEG.content_type,
        taken=CaptureTime(datetime(2024, 6, 30, 12, tzinfo=UTC), TakenSource.EXIF),
        modified_at=datetime(2024, 6, 30, 12, tzinfo=UTC),
        filename=path.name,
        sources=(f"bench:{path.name}",),
    )


def transfer(post: PresignedPost, path: Path) -> str:
    """One POST as curl's configuration file has it; the file goes last."""
    fields = (json.dumps(f"{name}={value}") for name, value in post.fields.items())
    lines = [f'url = "{post.url}"', "fail", "silent", "show-error", 'output = "/dev/null"']
    return "\n".join([*lines, *(f"form-string = {field}" for field in fields), f'form = "file=@{path}"', ""])


if __name__ == "__main__":
    main()
