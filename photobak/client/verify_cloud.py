"""Compares the two tables and the bucket: each is read once, side by side, in the order of the hashes.

What looks wrong is looked at again by itself before it is said: a photo may have been stored, deleted or redated while
the rest was read.
"""

import heapq
import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import attrgetter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, TypeVar

from photobak.client.aws_errors import aws_errors
from photobak.client.session import Session
from photobak.client.tables import Tables
from photobak.client.verify_judge import Facts, Listed, Problem, ProblemKind, judge, own_keys
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.identity import is_sha256
from photobak.photo.keys import record_key
from photobak.photo.record import InvalidRecord, Record, Status

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_KINDS: Final = ("original", "thumb", "web", "record")
_FROZEN: Final = frozenset({"GLACIER", "DEEP_ARCHIVE"})
_JOBS: Final = 8
_WHAT: Final = "the bucket can't be read"

T = TypeVar("T")


class CloudWalk:
    """One look at all that the cloud has of a person."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tables = Tables(session)
        self._s3: S3Client = session.client("s3")
        self._foreign: list[Problem] = []
        self.photos = 0
        """Records that were seen."""
        self.objects = 0
        """Objects that were seen."""

    def checked(self) -> Iterator[tuple[Facts, list[Problem]]]:
        """All photos, and what is wrong with each.

        Raises:
            CloudError: a table or the bucket can't be read.
        """
        lost: set[str] = set()
        for batch in _batches(self._facts()):
            suspects = [facts for facts in batch if self._judge(facts)]
            again = {facts.sha256: facts for facts in self._look_again(suspects)} if suspects else {}
            for facts in batch:
                facts = again.get(facts.sha256, facts)
                problems = self._judge(facts) if facts.sha256 in again else []
                if any(problem.kind is ProblemKind.MISSING_RECORD for problem in problems):
                    lost.add(facts.sha256)
                yield facts, problems
        for problem in self._foreign:
            yield Facts(""), [problem]
        yield from self._strays(lost)

    def _judge(self, facts: Facts) -> list[Problem]:
        return judge(facts, self._session.identity_id, datetime.now(UTC))

    # ------------------------------------------------------------------ reading side by side

    def _facts(self) -> Iterator[Facts]:
        streams = [self._rows(), *(self._listing(kind) for kind in _KINDS)]
        for _, parts in groupby(heapq.merge(*streams, key=attrgetter("sha256")), key=attrgetter("sha256")):
            yield _merged(parts)

    def _rows(self) -> Iterator[Facts]:
        names = {"#status": "status", "#timestamp": "timestamp"}
        shown = "sha256, #status, #timestamp"
        items = self._tables.query_contents(ProjectionExpression=shown, ExpressionAttributeNames=names)
        for batch in _batches(items):
            found = self._rows_of(batch)
            self.photos += sum(facts.record is not None for facts in found)
            yield from found

    def _rows_of(self, items: list[Any]) -> list[Facts]:
        """Put items of ``Contents`` and the records that they point to together."""
        photos = [item for item in items if item["status"]["S"] not in (Status.EXPECTED, Status.REJECTED)]
        timestamps = [item["timestamp"]["N"] for item in photos if "timestamp" in item]
        records = {record.sha256: record for record in map(_record, self._tables.photos(timestamps)) if record}
        return [
            Facts(item["sha256"]["S"], Status(item["status"]["S"]), records.get(item["sha256"]["S"])) for item in items
        ]

    def _listing(self, kind: str) -> Iterator[Facts]:
        """The objects of one kind; S3 lists keys in the order of their bytes, which is that of the hashes."""
        prefix = f"{kind}/{self._session.identity_id}/"
        for entry in self._list(prefix):
            self.objects += 1
            sha256 = PurePosixPath(entry["Key"]).name.partition(".")[0]
            if is_sha256(sha256):
                frozen = entry.get("StorageClass") in _FROZEN
                listed = Listed(entry["Key"], entry["Size"], entry["LastModified"], frozen)
                yield Facts(sha256, objects=(listed,))
            else:
                reason = "nothing of photobak has such a name"
                self._foreign.append(Problem(ProblemKind.ORPHAN, reason, path=entry["Key"]))

    def _list(self, prefix: str) -> Iterator[Any]:
        query: Any = {"Bucket": self._session.profile.bucket, "Prefix": prefix}
        while True:
            with aws_errors(_WHAT, self._session.profile):
                page = self._s3.list_objects_v2(**query)
            yield from page.get("Contents", [])
            if not page["IsTruncated"]:
                return
            query["ContinuationToken"] = page["NextContinuationToken"]

    # ------------------------------------------------------------------ looking again

    def _look_again(self, suspects: list[Facts]) -> list[Facts]:
        items = list(self._tables.contents(facts.sha256 for facts in suspects))
        rows = {facts.sha256: facts for facts in self._rows_of(items)}
        with ThreadPoolExecutor(_JOBS) as pool:
            return list(pool.map(lambda facts: self._fresh(facts, rows.get(facts.sha256)), suspects))

    def _fresh(self, facts: Facts, row: Facts | None) -> Facts:
        """The facts as they are now: the rows, and the objects that are in question."""
        doubted = {problem.path for problem in self._judge(facts) if problem.kind is not ProblemKind.MISSING_RECORD}
        fresh = row or Facts(facts.sha256)
        expected = {record_key(self._session.identity_id, facts.sha256)} if row else set()
        if fresh.record is not None:
            expected |= set(own_keys(fresh.record))
        known = tuple(each for each in facts.objects if each.key not in doubted)
        asked = ({key for key in doubted if isinstance(key, str)} | expected) - {each.key for each in known}
        found = tuple(each for each in map(self._head, sorted(asked)) if each is not None)
        fresh = replace(fresh, objects=known + found)
        if fresh.record is None and fresh.objects_of("record") and not fresh.objects_of("original"):
            return replace(fresh, beside=self.record_beside(fresh.sha256))
        return fresh

    def _head(self, key: str) -> Listed | None:
        from botocore.exceptions import ClientError

        with aws_errors(_WHAT, self._session.profile):
            try:
                found = self._s3.head_object(Bucket=self._session.profile.bucket, Key=key)
            except ClientError as error:
                if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
                    return None
                raise
        return Listed(key, found["ContentLength"], found["LastModified"], found.get("StorageClass") in _FROZEN)

    def record_beside(self, sha256: str) -> Record | None:
        """The record as it lies beside the photo; None where there is none, or none that can be read.

        Raises:
            CloudError: the bucket can't be read.
        """
        from botocore.exceptions import ClientError

        key = record_key(self._session.identity_id, sha256)
        with aws_errors(_WHAT, self._session.profile):
            try:
                body = self._s3.get_object(Bucket=self._session.profile.bucket, Key=key)["Body"].read()
            except ClientError as error:
                if error.response["Error"]["Code"] == "NoSuchKey":
                    return None
                raise
        try:
            return Record.from_json(json.loads(body))
        except (ValueError, InvalidRecord):
            return None

    # ------------------------------------------------------------------ records that nothing points to

    def _strays(self, lost: set[str]) -> Iterator[tuple[Facts, list[Problem]]]:
        """Records that no item of ``Contents`` points to, but for those that are known to be lost there.

        They are looked for only where the numbers don't agree.
        """
        names = {"#timestamp": "timestamp"}
        query: Any = {"ProjectionExpression": "sha256, #timestamp", "ExpressionAttributeNames": names}
        if not lost and sum(1 for _ in self._tables.query_photos(**query)) == self.photos:
            return
        for batch in _batches(self._tables.query_photos(**query)):
            items = {item["sha256"]["S"]: item for item in self._tables.contents(row["sha256"]["S"] for row in batch)}
            for row in batch:
                sha256, timestamp = row["sha256"]["S"], row["timestamp"]["N"]
                item = items.get(sha256)
                pointed_at = item["timestamp"]["N"] == timestamp if item and "timestamp" in item else sha256 in lost
                if not pointed_at and self._is_still_there(timestamp):
                    reason = f"no item of the table Contents points to the record of {timestamp}"
                    yield Facts(sha256), [Problem(ProblemKind.ORPHAN, reason, sha256)]

    def _is_still_there(self, timestamp: str) -> bool:
        """Whether a record has not been moved meanwhile, nor is about to be deleted by DynamoDB."""
        now = datetime.now(UTC)
        records = filter(None, map(_record, self._tables.photos([timestamp])))
        return any(record.trashed_until is None or record.trashed_until > now for record in records)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    waiting = iter(items)
    while batch := list(islice(waiting, MAX_PHOTOS_A_REQUEST)):
        yield batch


def _merged(parts: Iterable[Facts]) -> Facts:
    row, *others = parts
    for part in others:
        objects = row.objects + part.objects
        row = replace(row, status=row.status or part.status, record=row.record or part.record, objects=objects)
    return row


def _record(item: Any) -> Record | None:
    try:
        return Record.from_item(item)
    except InvalidRecord:
        return None
