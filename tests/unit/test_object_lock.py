"""An original is copied with a retention where Object Lock is on; botocore's stub stands for a bucket that has it."""

from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import ANY, Stubber

from photobak.cloud.store.objects import PhotoBucket
from photobak.cloud.store.uploads import Upload
from photobak.photo.keys import TempKey

SHA256 = "0" * 64
UNTIL = datetime(2027, 1, 1, tzinfo=UTC)
UPLOAD = Upload(
    bucket="temp",
    object_key="key",
    key=TempKey("us-east-1:00000000-0000-0000-0000-000000000000", SHA256),
    etag='"etag"',
    sha256=SHA256,
    size=3,
    uploaded_at=UNTIL,
    head=b"abc",
    path=None,
)


@pytest.mark.parametrize("until", [UNTIL, None])
def test_an_original_is_locked_until_then(until: datetime | None) -> None:
    s3 = boto3.client("s3", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
    lock = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": UNTIL} if until else {}
    copied = {
        "Bucket": "photos",
        "Key": "original/x.jpg",
        "CopySource": ANY,
        "CopySourceIfMatch": '"etag"',
        "ContentType": "image/jpeg",
        "Metadata": {},
        "MetadataDirective": "REPLACE",
        "ChecksumAlgorithm": "SHA256",
        "CacheControl": ANY,
        "IfNoneMatch": "*",
        **lock,
    }
    with Stubber(s3) as stub:
        stub.add_client_error("head_object", "404", http_status_code=404)
        stub.add_response("copy_object", {}, copied)
        PhotoBucket(s3, "photos").keep_original(UPLOAD, "original/x.jpg", "image/jpeg", {}, until)
        stub.assert_no_pending_responses()
