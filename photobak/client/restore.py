"""Brings originals back: streamed, hashed on the way, and under their final name only when they are whole and right."""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from photobak.client.aws_errors import aws_errors
from photobak.client.layout import Target
from photobak.client.session import Session
from photobak.errors import PhotobakError
from photobak.photo.identity import CHUNK_BYTES, sha256_of
from photobak.private_files import sync_folder

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_JOBS: Final = 8


class RestoreResult(StrEnum):
    """What became of one file."""

    RESTORED = "restored"
    EXISTS = "exists"
    THAWING = "thawing"
    FAILED = "failed"
    WOULD_RESTORE = "would-restore"


@dataclass(frozen=True, slots=True)
class RestoreOutcome:
    """What became of one file, and why it is not there."""

    target: Target
    path: Path
    result: RestoreResult
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The line of ``get --json``."""
        return {
            "type": "photo",
            "sha256": self.target.record.sha256,
            "path": str(self.path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"),
            "result": self.result.value,
            "reason": self.reason,
        }


class _WrongBytes(Exception):
    """What came is not what was stored."""


class Restorer:
    """Restores into one folder."""

    def __init__(self, session: Session, folder: Path) -> None:
        self._session = session
        self._folder = folder
        self._s3: S3Client = session.client("s3")

    def restore(self, targets: Iterable[Target]) -> Iterator[RestoreOutcome]:
        """Restore all targets, several at a time; results come in the targets' order.

        An existing file with the same bytes is left as it is, and one with other bytes too.
        """
        pool = ThreadPoolExecutor(_JOBS)
        try:
            yield from pool.map(self._restore, targets)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def rehearse(self, targets: Iterable[Target]) -> Iterator[RestoreOutcome]:
        """Say what ``restore`` would do, and fetch nothing."""
        for target in targets:
            path = self._folder / target.path
            yield _existing(target, path) or RestoreOutcome(target, path, RestoreResult.WOULD_RESTORE)

    def _restore(self, target: Target) -> RestoreOutcome:
        path = self._folder / target.path
        try:
            existing = _existing(target, path)
            if existing:
                return existing
            self._require_inside(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fetch(target, path)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            return RestoreOutcome(target, path, RestoreResult.FAILED, reason)
        except (PhotobakError, _WrongBytes) as error:
            return RestoreOutcome(target, path, RestoreResult.FAILED, str(error))
        return RestoreOutcome(target, path, RestoreResult.RESTORED)

    def _require_inside(self, path: Path) -> None:
        """Refuse to follow a symbolic link out of the target folder."""
        if not path.parent.resolve().is_relative_to(self._folder.resolve()):
            raise OSError(f"{path.parent} leads out of {self._folder}")

    def _fetch(self, target: Target, path: Path) -> None:
        part = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with part.open("xb") as file:
                self._download(target, file)
                file.flush()
                os.fsync(file.fileno())
            seconds = target.modified_at.timestamp()
            os.utime(part, (seconds, seconds))
            _put_in_place(part, path)
        finally:
            part.unlink(missing_ok=True)

    def _download(self, target: Target, file: BinaryIO) -> None:
        digest = hashlib.sha256()
        with aws_errors("the original can't be fetched", self._session.profile):
            answer = self._s3.get_object(Bucket=self._session.profile.bucket, Key=target.record.original_key)
            for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != target.record.sha256:
            raise _WrongBytes("the bytes in the cloud are not the ones that were stored")


def _put_in_place(part: Path, path: Path) -> None:
    """Give a whole file its final name, without replacing what has come there meanwhile."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links, such as a memory stick's
        part.rename(path)
    sync_folder(path.parent)


def _existing(target: Target, path: Path) -> RestoreOutcome | None:
    """The outcome for a place that is taken already; None where it is free."""
    if not os.path.lexists(path):
        return None
    if path.is_file() and path.stat().st_size == target.record.size:
        with path.open("rb") as file:
            if sha256_of(file) == target.record.sha256:
                return RestoreOutcome(target, path, RestoreResult.EXISTS)
    return RestoreOutcome(target, path, RestoreResult.FAILED, "another file is there already; it was left as it is")
