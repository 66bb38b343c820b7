"""The client's own way to S3 and DynamoDB and back, before moto: the local stack's reading of AWS is not the only one.

Much of it is signed by hand (``client/transport``, ``client/restore``), without a client of botocore's in between.
"""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from support.backup import contents, write_photo
from support.cloud import NOW, Aws, Person, announcement

from photobak.client.account.session import Session
from photobak.client.account.tokens.file import FileStore
from photobak.client.account.tokens.interface import AwsCredentials, SignIn, Tokens
from photobak.client.files.candidate import Candidate
from photobak.client.index.index import Fingerprint
from photobak.client.library.bucket import SessionBucket
from photobak.client.library.bucket_library import BucketLibrary
from photobak.client.library.library import Among, Library
from photobak.client.library.query import ALWAYS
from photobak.client.places import places
from photobak.client.profile import Profile
from photobak.client.restore.destination import Destination
from photobak.client.restore.layout import layout_of, targets
from photobak.client.restore.placer import RestoreResult
from photobak.client.restore.restorer import Restorer
from photobak.client.upload.content import Post, StatusReader
from photobak.client.upload.limiter import ConcurrencyLimiter
from photobak.client.upload.post import RateLimit, Uploader
from photobak.client.verify.cloud_walk import CloudWalk
from photobak.client.verify.stored_bytes import ByteReader, Sample
from photobak.cloud.process.queue import UploadEvent
from photobak.photo.keys import TempKey
from photobak.photo.media_type import JPEG
from photobak.photo.record import Status

PHOTOS = 3


@pytest.fixture
def person(moto: Aws) -> Person:
    return moto.person()


@pytest.fixture
def session(person: Person, tmp_path: Path) -> Session:
    """The person, signed in, with moto where their profile says that AWS is."""
    url = person.aws.root("s3").meta.endpoint_url
    profile = Profile(
        name="moto",
        region="us-east-1",
        api_url=url,
        bucket=person.aws.photo_bucket,
        table=person.aws.photos_table,
        contents_table=person.aws.contents_table,
        user_pool_id="us-east-1_pool",
        client_id="client",
        identity_pool_id="us-east-1:pool",
        hosted_ui_url=url,
        issuer=url,
        endpoint_url=url,
    )
    ends = int(time.time()) + 7200
    tokens = Tokens(
        "id", "refresh", expires_at=ends, signed_in_at=int(time.time()), subject="me", email="me@example.com"
    )
    found = places({"PHOTOBAK_HOME": str(tmp_path / "photobak")})
    store = FileStore.of(found, profile.name)
    store.write(SignIn(tokens, person.identity_id, AwsCredentials("key", "secret", "token", ends)))
    return Session(profile, found, store)


def back_up(person: Person, path: Path, day: int) -> str:
    """Announce a file, send it as the client does, and let the cloud keep it."""
    content = path.read_bytes()
    said = announcement(content, f"laptop:{path.name}", day=day)
    (answer,) = person.announce(said)
    candidate = Candidate(
        str(path.parent), path.name, Fingerprint.of(path.stat()), said.sha256, JPEG, said.taken, said.sources[0]
    )
    post = Post(answer["url"], answer["fields"], time.monotonic())
    Uploader(RateLimit(None), ConcurrencyLimiter(1), lambda _size: None).send(candidate, post)
    person.process(UploadEvent(person.aws.temp_bucket, TempKey(person.identity_id, said.sha256)))
    return said.sha256


def test_what_is_sent_is_confirmed_listed_found_compared_and_restored(person, session, tmp_path):
    paths = [write_photo(tmp_path / "photos" / f"{number}.jpg") for number in range(PHOTOS)]
    hashes = [back_up(person, path, day) for day, path in enumerate(paths, 1)]
    verdicts = StatusReader(session).read([*hashes, "0" * 64])
    assert {sha256: verdict.status for sha256, verdict in verdicts.items()} == dict.fromkeys(hashes, Status.STORED)
    library = Library(session)
    assert [record.sha256 for record in library.records(oldest_first=True, page_size=2)] == hashes
    assert [record.sha256 for record in library.records(page_size=2)] == hashes[::-1]
    assert library.find(hashes[1][:12]).sha256 == hashes[1]
    walk = CloudWalk(session)
    checked = list(ByteReader(session, walk.own_objects.record_beside, Sample(100, 0)).compare(walk.checked(), None))
    assert [problem for _, problems in checked for problem in problems] == []
    assert (walk.photos, walk.objects) == (PHOTOS, 4 * PHOTOS)
    bucket = SessionBucket(session)
    for number, records in enumerate((library.records(), BucketLibrary(bucket).records(ALWAYS, oldest_first=True))):
        folder = tmp_path / f"restored-{number}"
        outcomes = list(Restorer(bucket, Destination(folder)).restore(targets(records, layout_of("source"))))
        assert {outcome.result for outcome in outcomes} == {RestoreResult.RESTORED}
        assert contents(folder) == contents(tmp_path / "photos")


def test_what_is_in_the_trash_is_there_and_nowhere_else(person, session, tmp_path):
    kept, deleted = (back_up(person, write_photo(tmp_path / f"{day}.jpg"), day) for day in (1, 2))
    person.delete(deleted)
    library = Library(session)
    assert [record.sha256 for record in library.records()] == [kept]
    assert [record.sha256 for record in library.trash()] == [deleted]
    assert library.find(deleted[:12], Among.TRASH).trashed_until == NOW + timedelta(days=30)
    assert StatusReader(session).read([deleted])[deleted].status is Status.TRASHED
    assert [problem for _, problems in CloudWalk(session).checked() for problem in problems] == []
    person.restore(deleted)
    assert {record.sha256 for record in library.records()} == {kept, deleted}
