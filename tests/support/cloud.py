"""The cloud's code in this process, over AWS calls that are really made; a test may act before any of them.

Two implementations of AWS answer: the run's local stack (with the very permissions of the deployed functions) and
moto, a second opinion where the first may be too kind.
"""

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import boto3
from botocore.config import Config
from moto.server import ThreadedMotoServer
from support.local_stack import root_client
from support.stacks import local_parameters, target_of
from support.template import resources_of

from photobak.cloud.api.describe import Describer
from photobak.cloud.api.prepare import Preparer
from photobak.cloud.api.redate import Redater
from photobak.cloud.api.requests import DescribedPhoto
from photobak.cloud.api.trash import Trash
from photobak.cloud.photos.describe import previews_of, previews_of_photo
from photobak.cloud.photos.evidence import Doubt
from photobak.cloud.process.keep import UploadKeeper
from photobak.cloud.process.queue import UploadEvent
from photobak.cloud.repair.objects import ObjectRepairer
from photobak.cloud.store.album_index import AlbumsTable
from photobak.cloud.store.contents import Content, ContentsTable
from photobak.cloud.store.library import Library
from photobak.cloud.store.objects import PhotoBucket
from photobak.cloud.store.photos import PhotosTable
from photobak.cloud.store.posters import Posters
from photobak.cloud.store.uploads import PostSigner, UploadStore
from photobak.cloud.undelete.records import RecordRepairer
from photobak.cloud.undelete.trash_exit import TrashExit
from photobak.local.lifecycle import STACK_NAME
from photobak.local.values import LocalStack
from photobak.photo.announcement import Announcement
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.identity import sha256_of
from photobak.photo.keys import TempKey
from photobak.photo.kind import Kind
from photobak.photo.record import Record
from photobak.stack.deploy import deploy
from photobak.stack.outputs import StackOutputs

QUIET = "quiet"
"""The name of the stack whose functions are called by hand."""
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TRASH_DAYS = timedelta(days=30)
BeforeCall = Callable[[int, str], None]
"""Told of each AWS call before it is made: which one it is, from 1, and its name, ``PutObject``."""


class Died(BaseException):
    """The process is no more; nothing in it may catch this."""


def nothing(_number: int, _name: str) -> None:
    """Let every call pass."""


def dying_before(number: int) -> BeforeCall:
    """End the process where it would make its call of this number."""

    def die(current: int, name: str) -> None:
        if current == number:
            raise Died(name)

    return die


def once_before(number: int, act: Callable[[], object]) -> BeforeCall:
    """Do something else between two calls."""

    def interrupt(current: int, _name: str) -> None:
        if current == number:
            act()

    return interrupt


@dataclass(frozen=True)
class Aws:
    """One implementation of AWS with the stores of one stack in it."""

    name: str
    temp_bucket: str
    photo_bucket: str
    photos_table: str
    contents_table: str
    albums_table: str
    poster_function: str
    root: Callable[[str], Any]
    """A client that may do everything."""
    process_role: "Clients"
    """What the process function may do."""
    api_role: "Clients"
    """What the api function may do."""
    undelete_role: "Clients"
    """What the undelete function may do."""
    repair_role: "Clients"
    """What the repair function may do."""

    def person(self) -> "Person":
        """Somebody nobody has heard of yet."""
        return Person(self, f"us-east-1:{uuid.uuid4()}")


@dataclass(frozen=True)
class Person:
    """One identity's photos, and the cloud's code as it runs for them."""

    aws: Aws
    identity_id: str
    calls: list[str] = field(default_factory=list)
    """The names of the AWS calls of the last run."""
    now: datetime = NOW

    def later(self, time: timedelta) -> "Person":
        """The same person after some time."""
        return replace(self, now=self.now + time)

    # ------------------------------------------------------------------ what they and their devices do

    def upload(self, content: bytes, sha256: str | None = None) -> UploadEvent:
        """Put bytes into the temp bucket, under the key of these bytes unless another is given."""
        key = TempKey(self.identity_id, sha256 or sha256_of_bytes(content))
        self.aws.root("s3").put_object(Bucket=self.aws.temp_bucket, Key=str(key), Body=content)
        return UploadEvent(self.aws.temp_bucket, key)

    def announce(self, *announcements: Announcement, before_call: BeforeCall = nothing) -> list[dict[str, Any]]:
        """Run ``POST /prep/photoupload``."""
        with self._library(self.aws.api_role, before_call) as (library, s3):
            preparer = Preparer(library, PostSigner(s3, self.aws.temp_bucket), 10_000_000, clock=lambda: self.now)
            return preparer.prepare(self.identity_id, announcements, lambda _: None)

    def delete(
        self, *hashes: str, device: str | None = None, before_call: BeforeCall = nothing
    ) -> list[dict[str, Any]]:
        """Run ``DELETE /photos``."""
        with self._library(self.aws.api_role, before_call) as (library, _):
            return Trash(library, TRASH_DAYS, clock=lambda: self.now).put_in(self.identity_id, hashes, device)

    def restore(self, *hashes: str, before_call: BeforeCall = nothing) -> list[dict[str, Any]]:
        """Run ``POST /photos/restore``."""
        with self._library(self.aws.undelete_role, before_call) as (library, _):
            return TrashExit(library, clock=lambda: self.now).take_out(self.identity_id, hashes)

    def redate(self, wishes: Mapping[str, datetime], before_call: BeforeCall = nothing) -> list[dict[str, Any]]:
        """Run ``POST /photos/redate``."""
        with self._library(self.aws.api_role, before_call) as (library, _):
            return Redater(library, clock=lambda: NOW).redate(self.identity_id, wishes)

    def describe(self, *wishes: DescribedPhoto, before_call: BeforeCall = nothing) -> list[dict[str, Any]]:
        """Run ``POST /photos/describe``."""
        with self._library(self.aws.api_role, before_call) as (library, _):
            return Describer(library).describe(self.identity_id, wishes)

    def repair_records(self, *doubts: Doubt, before_call: BeforeCall = nothing) -> list[str]:
        """Run ``POST /photos/repair/records``; the status of each."""
        with self._library(self.aws.undelete_role, before_call) as (library, _):
            answers = RecordRepairer(library, clock=lambda: self.now).repair(self.identity_id, doubts)
            return [answer["status"] for answer in answers]

    def repair_objects(self, *hashes: str, before_call: BeforeCall = nothing) -> list[str]:
        """Run ``POST /photos/repair/objects``, looking into the bytes; the status of each."""
        with self._library(self.aws.repair_role, before_call) as (library, s3):
            signer = PostSigner(s3, self.aws.temp_bucket)
            repairer = ObjectRepairer(library, signer, previews_of_photo, stopwatch=lambda: 0.0)
            return [answer["status"] for answer in repairer.repair(self.identity_id, dict.fromkeys(hashes, True))]

    # ------------------------------------------------------------------ what the process function does

    def process(self, event: UploadEvent, before_call: BeforeCall = nothing) -> None:
        """Run the process function for one event, in this process; the stack's own function makes posters."""
        role, called = self.aws.process_role, self._called(before_call)
        with self._library(role, before_call) as (library, s3), role.lent("lambda", called) as lambda_:
            posters = Posters(s3, lambda_, self.aws.poster_function)
            previewer = partial(previews_of, lambda: posters)
            UploadKeeper(UploadStore(s3), library, previewer, clock=lambda: NOW).keep(event)

    @contextmanager
    def _library(self, role: "Clients", before_call: BeforeCall) -> Iterator[tuple[Library, Any]]:
        self.calls.clear()
        called = self._called(before_call)
        with role.lent("dynamodb", called) as dynamodb, role.lent("s3", called) as s3:
            contents = ContentsTable(dynamodb, self.aws.contents_table)
            photos = PhotosTable(dynamodb, self.aws.photos_table)
            albums = AlbumsTable(dynamodb, self.aws.albums_table)
            yield Library(dynamodb, contents, photos, albums, PhotoBucket(s3, self.aws.photo_bucket)), s3

    def _called(self, before_call: BeforeCall) -> Callable[..., None]:
        def called(model: Any, **_: object) -> None:
            self.calls.append(model.name)
            before_call(len(self.calls), model.name)

        return called

    # ------------------------------------------------------------------ what there is

    @property
    def records(self) -> list[Record]:
        """Every record in the table."""
        values = {":me": {"S": self.identity_id}}
        found = self.aws.root("dynamodb").query(
            TableName=self.aws.photos_table,
            KeyConditionExpression="username = :me",
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )
        return [Record.from_item(item) for item in found["Items"]]

    def content(self, sha256: str) -> Content | None:
        """The content item."""
        return ContentsTable(self.aws.root("dynamodb"), self.aws.contents_table).get(self.identity_id, sha256)

    def content_item(self, sha256: str) -> dict[str, Any]:
        """The content item as it lies in the table."""
        key = {"username": {"S": self.identity_id}, "sha256": {"S": sha256}}
        item: dict[str, Any] = self.aws.root("dynamodb").get_item(TableName=self.aws.contents_table, Key=key)["Item"]
        return item

    def record_json(self, sha256: str) -> Any:
        """The record beside the photo."""
        return PhotoBucket(self.aws.root("s3"), self.aws.photo_bucket).read_record(self.identity_id, sha256)

    def objects(self) -> dict[str, bytes]:
        """All that is in the photo bucket of this person: ``original/{sha256}.jpg`` and so on."""
        s3 = self.aws.root("s3")
        found = {}
        for kind in ("original", "thumb", "web", "record"):
            listing = s3.list_objects_v2(Bucket=self.aws.photo_bucket, Prefix=f"{kind}/{self.identity_id}/")
            for entry in listing.get("Contents", []):
                body = s3.get_object(Bucket=self.aws.photo_bucket, Key=entry["Key"])["Body"].read()
                found[entry["Key"].replace(f"{self.identity_id}/", "")] = body
        return found

    def versions(self, key: str) -> list[str]:
        """What an object has been, from write to write: its ETags, and a delete marker as such."""
        listing = self.aws.root("s3").list_object_versions(Bucket=self.aws.photo_bucket, Prefix=key)
        written = [version["ETag"] for version in listing.get("Versions", [])]
        return written + ["delete marker" for _ in listing.get("DeleteMarkers", [])]

    def waiting_uploads(self) -> list[str]:
        """The keys that are left in the temp bucket."""
        listing = self.aws.root("s3").list_objects_v2(Bucket=self.aws.temp_bucket, Prefix=f"{self.identity_id}/")
        return [entry["Key"] for entry in listing.get("Contents", [])]


def sha256_of_bytes(content: bytes) -> str:
    """The identity of a content."""
    from io import BytesIO

    return sha256_of(BytesIO(content))


def announcement(content: bytes, *sources: str, day: int = 1, gone: tuple[str, ...] = (), **more: Any) -> Announcement:
    """What a device says of a photo, taken on a day of June 2024."""
    said: dict[str, Any] = {
        "sha256": sha256_of_bytes(content),
        "kind": Kind.PHOTO,
        "size": len(content),
        "content_type": "image/jpeg",
        "taken": CaptureTime(datetime(2024, 6, day, 12, tzinfo=UTC), TakenSource.EXIF),
        "modified_at": NOW - timedelta(days=1),
        "filename": "IMG_1.JPG",
        "sources": sources or ("laptop:Pictures/IMG_1.JPG",),
        "sources_gone": gone,
    }
    return Announcement(**{**said, **more})


# ---------------------------------------------------------------------- the two implementations


def live_aws(stack: LocalStack) -> Aws:
    """The run's local stack, whose own functions do what they are there for."""
    return _aws(stack, STACK_NAME, stack.outputs)


def _aws(stack: LocalStack, name: str, outputs: StackOutputs) -> Aws:
    return Aws(
        name="local stack",
        temp_bucket=outputs.temp_bucket,
        photo_bucket=outputs.bucket,
        photos_table=outputs.table,
        contents_table=outputs.contents_table,
        albums_table=f"{name}-albums",
        poster_function=f"{name}-poster",
        root=lambda service: root_client(stack, service),
        process_role=_role_of(stack, f"{name}-process"),
        api_role=_role_of(stack, f"{name}-api"),
        undelete_role=_role_of(stack, f"{name}-undelete"),
        repair_role=_role_of(stack, f"{name}-repair"),
    )


def quiet_aws(stack: LocalStack) -> Aws:
    """A stack of its own on the run's local stack, whose temp bucket tells nobody of uploads."""
    made = deploy(target_of(stack), stack_name=QUIET, parameters=local_parameters(stack))
    aws = _aws(stack, QUIET, made)
    aws.root("s3").put_bucket_notification_configuration(Bucket=aws.temp_bucket, NotificationConfiguration={})
    return aws


def _role_of(stack: LocalStack, function: str) -> "Clients":
    role = root_client(stack, "lambda").get_function_configuration(FunctionName=function)["Role"]
    found = root_client(stack, "sts").assume_role(RoleArn=role, RoleSessionName=function)["Credentials"]
    keys = (found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    return Clients(boto3.Session(*keys, region_name=stack.region), stack.endpoint_url)


@contextmanager
def moto_aws() -> Iterator[Aws]:
    """A moto server with the template's tables and buckets in it; it has no permissions."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        clients = Clients(boto3.Session("root", "secret", region_name="us-east-1"), f"http://{host}:{port}")
        dynamodb, s3 = clients.make("dynamodb"), clients.make("s3")
        tables = resources_of("AWS::DynamoDB::Table")
        for name in ("PhotosTable", "ContentsTable", "AlbumsTable"):
            shape = {key: tables[name]["Properties"][key] for key in ("AttributeDefinitions", "KeySchema")}
            dynamodb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **shape)
        for name in ("temp", "photos"):
            s3.create_bucket(Bucket=name)
        s3.put_bucket_versioning(Bucket="photos", VersioningConfiguration={"Status": "Enabled"})
        made = {"dynamodb": dynamodb, "s3": s3}
        names = ("temp", "photos", "PhotosTable", "ContentsTable", "AlbumsTable")
        yield Aws("moto", *names, "poster", made.__getitem__, *4 * [clients])
    finally:
        server.stop()


class Clients:
    """Clients of one role; each is one run's alone while it is lent, and is used again, since making one takes long."""

    def __init__(self, session: boto3.Session, endpoint_url: str) -> None:
        self._session: Any = session  # whose stubs want each service by name
        self._endpoint_url = endpoint_url
        self._free: dict[str, list[Any]] = {}

    def make(self, service: str) -> Any:
        """A new client."""
        style = Config(signature_version="s3v4", s3={"addressing_style": "path"}) if service == "s3" else None
        return self._session.client(service, endpoint_url=self._endpoint_url, config=style)

    @contextmanager
    def lent(self, service: str, before_call: Callable[..., None]) -> Iterator[Any]:
        """A client that says what it is about to call."""
        free = self._free.setdefault(service, [])
        client = free.pop() if free else self.make(service)
        client.meta.events.register_first("before-call", before_call)
        try:
            yield client
        finally:
            client.meta.events.unregister("before-call", before_call)
            free.append(client)
