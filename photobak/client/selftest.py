"""Proves on the live cloud what tests can only assume of it: one generated photo goes in, is looked at, and goes away.

Each check names a behaviour of docs/aws-notes.md. What the local stack is known not to enforce is said to be so.
"""

import hashlib
import json
import secrets
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from botocore.exceptions import ClientError

from photobak.client.account.api import PresignedPost, ask_of_photos
from photobak.client.account.session import Session
from photobak.client.library.bucket import SessionBucket
from photobak.client.live.connection import LiveServiceLost, connect
from photobak.client.transport.curl import Request
from photobak.client.transport.http import ask, get, multipart
from photobak.client.upload.content import StatusReader
from photobak.photo.keys import original_key, record_key, thumb_key, web_key
from photobak.photo.record import Status

_STRANGER: Final = "00000000-0000-0000-0000-000000000000"
_SECONDS: Final = 120.0
"""For the photo's way through the queue and the function, a cold start included."""
_DENIED: Final = ("AccessDenied", "AccessDeniedException", "403")
_LONG: Final = 100_000
"""Characters of a message that takes several frames."""
_HEARD_WITHIN: Final = 30.0
_SIZE: Final = 128
"""Pixels; noise, so that no two self-tests upload the same photo."""


class Verdict(StrEnum):
    """What a check found."""

    AS_DOCUMENTED = "as documented"
    DIFFERS = "differs"
    NOT_HERE = "not on the local stack"


@dataclass(frozen=True, slots=True)
class Finding:
    """One behaviour, and whether this cloud shows it."""

    behaviour: str
    verdict: Verdict
    seen: str
    """What happened instead, where it differs."""


class _Differs(Exception):
    """The cloud does something else than its documentation says."""


@dataclass(frozen=True, slots=True)
class _Check:
    behaviour: str
    run: Callable[[], None]
    local_too: bool = True
    """Whether the local stack shows it."""


class Selftest:
    """One self-test of one profile's cloud."""

    def __init__(self, session: Session, photo: bytes) -> None:
        self._session = session
        self._photo = photo
        self._sha256 = hashlib.sha256(photo).hexdigest()
        self._key = original_key(session.identity_id, self._sha256, "jpg")

    def run(self) -> Iterator[Finding]:
        """Make every check, in order; the photo is in the trash when it ends, however it ends.

        Raises:
            CloudError: the cloud can't be reached.
            SignInNeeded: the session has ended.
        """
        try:
            for check in self._checks():
                yield self._finding(check)
        finally:
            ask_of_photos(self._session, "/photos", [self._sha256], method="DELETE")

    def _finding(self, check: _Check) -> Finding:
        try:
            check.run()
        except (_Differs, ClientError) as error:
            known = self._session.profile.is_local and not check.local_too
            return Finding(check.behaviour, Verdict.NOT_HERE if known else Verdict.DIFFERS, str(error))
        return Finding(check.behaviour, Verdict.AS_DOCUMENTED, "")

    def _checks(self) -> tuple[_Check, ...]:
        foreign = original_key(self._stranger, self._sha256, "jpg")
        bucket = self._session.profile.bucket
        s3, dynamodb = self._session.client("s3"), self._session.client("dynamodb")
        table = self._session.profile.table
        rows: dict[str, Any] = {"TableName": table, "KeyConditionExpression": "username = :u"}
        row = {"username": {"S": self._session.identity_id}, "timestamp": {"N": "1"}}
        return (
            _Check("a presigned POST takes no more bytes than were announced", self._more_bytes),
            _Check("a presigned POST takes no other key than was signed", self._other_key),
            _Check("S3 itself refuses other bytes than were announced", self._other_bytes, local_too=False),
            _Check("an upload is hashed, stored and recorded", self._stored),
            _Check("the original comes back byte for byte", self._comes_back),
            _Check("a part of the original comes by itself", self._part_comes),
            _Check("S3 knows the SHA-256 of the original", self._checksum, local_too=False),
            _Check("thumbnail, web view and record lie beside it", self._lies_beside),
            _Check(
                "nobody writes into the photo bucket", _denied(s3.put_object, Bucket=bucket, Key=self._key, Body=b"")
            ),
            _Check("nobody deletes from the photo bucket", _denied(s3.delete_object, Bucket=bucket, Key=self._key)),
            _Check("nobody writes a record", _denied(dynamodb.put_item, TableName=table, Item=row)),
            _Check("nobody scans the table", _denied(dynamodb.scan, TableName=table)),
            _Check(
                "another person's original is out of reach",
                _denied(s3.get_object, Bucket=bucket, Key=foreign),
                local_too=False,
            ),
            _Check("the whole bucket can't be listed", _denied(s3.list_objects_v2, Bucket=bucket)),
            _Check(
                "another person's records are out of reach",
                _denied(dynamodb.query, **rows, ExpressionAttributeValues={":u": {"S": self._stranger}}),
                local_too=False,
            ),
            _Check("the API wants a sign-in", self._no_token),
            _Check("the bucket is closed to those without one", self._no_signature),
            _Check("the live service wants a token or a ticket", self._no_ticket),
            _Check("a long message on a topic is heard, and its speaker is told so", self._heard),
            _Check("what is deleted is out of sight, and comes back", self._out_of_the_trash),
        )

    @property
    def _stranger(self) -> str:
        return f"{self._session.profile.region}:{_STRANGER}"

    def _announce(self, sha256: str, size: int) -> PresignedPost:
        photo = {
            "sha256": sha256,
            "kind": "photo",
            "size": size,
            "content_type": "image/jpeg",
            "taken_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "taken_source": "mtime",
            "modified_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "filename": "photobak-selftest.jpg",
            "sources": [],
            "sources_gone": [],
        }
        answer = ask_of_photos(self._session, "/prep/photoupload", [photo])[sha256]
        if answer.upload is None:
            raise _Differs(f"it is {answer.status} already")
        return answer.upload

    def _post(self, body: bytes, announced: bytes, **changed: str) -> int:
        """Announce one content, send another; the HTTP status."""
        post = self._announce(hashlib.sha256(announced).hexdigest(), len(announced))
        boundary = secrets.token_hex(16)
        before, after = multipart({**post.fields, **changed}, boundary)
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return ask(Request("POST", post.url, headers, before + body + after, once=True)).status

    def _more_bytes(self) -> None:
        _expect(self._post(self._photo + b"x", self._photo), 400)

    def _other_key(self) -> None:
        _expect(self._post(self._photo, self._photo, key=f"{self._stranger}/{self._sha256}"), 403)

    def _other_bytes(self) -> None:
        announced = secrets.token_bytes(100)
        _expect(self._post(secrets.token_bytes(100), announced), 400)

    def _stored(self) -> None:
        _expect(self._post(self._photo, self._photo), 204, 201)
        statuses, deadline = StatusReader(self._session), time.monotonic() + _SECONDS
        while time.monotonic() < deadline:
            verdict = statuses.read([self._sha256]).get(self._sha256)
            if verdict is not None and verdict.status is Status.STORED:
                return
            time.sleep(0.2)
        raise _Differs(f"it is not stored after {_SECONDS:.0f} s")

    def _comes_back(self) -> None:
        body = self._session.client("s3").get_object(Bucket=self._session.profile.bucket, Key=self._key)["Body"].read()
        if body != self._photo:
            raise _Differs(f"{len(body)} other bytes came back")

    def _part_comes(self) -> None:
        answer = self._session.client("s3").get_object(
            Bucket=self._session.profile.bucket, Key=self._key, Range="bytes=2-9"
        )
        if answer["Body"].read() != self._photo[2:10]:
            raise _Differs("it is another part")

    def _checksum(self) -> None:
        s3 = self._session.client("s3")
        found = s3.head_object(Bucket=self._session.profile.bucket, Key=self._key, ChecksumMode="ENABLED")
        if found.get("ChecksumSHA256") != b64encode(bytes.fromhex(self._sha256)).decode():
            raise _Differs(f"it says {found.get('ChecksumSHA256', 'nothing')}")

    def _lies_beside(self) -> None:
        s3, bucket, identity_id = self._session.client("s3"), self._session.profile.bucket, self._session.identity_id
        for key in (thumb_key(identity_id, self._sha256), web_key(identity_id, self._sha256)):
            s3.head_object(Bucket=bucket, Key=key)
        body = s3.get_object(Bucket=bucket, Key=record_key(identity_id, self._sha256))["Body"].read()
        if json.loads(body)["sha256"] != self._sha256:
            raise _Differs("it is the record of another photo")

    def _no_signature(self) -> None:
        bucket = SessionBucket(self._session)
        _expect(get(f"{bucket.objects.url}/{quote(self._key)}").status, 403)

    def _no_ticket(self) -> None:
        from websockets.exceptions import InvalidStatus
        from websockets.sync.client import connect as handshake

        try:
            handshake(self._session.profile.ws_url or "", open_timeout=30).close()
        except InvalidStatus as refused:
            _expect(refused.response.status_code, 403, 401)
        else:
            raise _Differs("it is open")

    def _heard(self) -> None:
        topic, message = f"selftest-{secrets.token_hex(8)}", secrets.token_hex(_LONG // 2)
        try:
            with connect(self._session) as connection:
                connection.subscribe(topic)
                receivers = connection.publish(topic, message)
                heard = connection.hear(_HEARD_WITHIN)
        except LiveServiceLost as error:
            raise _Differs(str(error)) from error
        if receivers != 1:
            raise _Differs(f"{receivers} connections were told instead of 1")
        if heard is None or heard.get("message") != message:
            raise _Differs(f"something else was heard within {_HEARD_WITHIN:.0f} s")

    def _out_of_the_trash(self) -> None:
        s3, bucket = self._session.client("s3"), self._session.profile.bucket
        ask_of_photos(self._session, "/photos", [self._sha256], method="DELETE")
        try:
            s3.get_object(Bucket=bucket, Key=self._key)
        except ClientError as error:
            if error.response["Error"]["Code"] not in (*_DENIED, "NoSuchKey", "404"):
                raise
        else:
            raise _Differs("it can still be read")
        ask_of_photos(self._session, "/photos/restore", [self._sha256])
        self._comes_back()

    def _no_token(self) -> None:
        url = f"{self._session.profile.api_url}/list/photos"
        _expect(get(url).status, 401)


def noise(folder: Path) -> bytes:
    """A JPEG that nobody has ever uploaded."""
    from PIL import Image

    path = folder / "noise.jpg"
    Image.frombytes("RGB", (_SIZE, _SIZE), secrets.token_bytes(3 * _SIZE * _SIZE)).save(path)
    return path.read_bytes()


def _denied(request: Callable[..., object], **arguments: object) -> Callable[[], None]:
    """A check that IAM refuses a request."""

    def run() -> None:
        try:
            request(**arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] in _DENIED:
                return
            raise
        raise _Differs("it is allowed")

    return run


def _expect(status: int, *wanted: int) -> None:
    if status not in wanted:
        raise _Differs(f"HTTP {status} instead of {wanted[0]}")
