"""The bucket that the Lambda code goes to: ours, or none."""

import boto3
import pytest
from botocore.stub import Stubber

from photobak.errors import StackError
from photobak.stack.bundle import Bundle
from photobak.stack.code_bucket import put_bundle
from photobak.stack.target import Target

ACCOUNT = "123456789012"
BUCKET = f"photobak-code-{ACCOUNT}-eu-central-1"
BUNDLE = Bundle.of(b"code")


class Session:
    """A session whose clients are botocore's own, answered by its Stubber instead of by AWS."""

    region_name = "eu-central-1"

    def __init__(self) -> None:
        keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
        self._made = {name: boto3.client(name, self.region_name, **keys) for name in ("s3", "sts")}
        self.s3, sts = Stubber(self._made["s3"]), Stubber(self._made["sts"])
        for _ in range(3):
            sts.add_response("get_caller_identity", {"Account": ACCOUNT})
        self.s3.activate()
        sts.activate()

    def client(self, service: str, endpoint_url: str | None = None) -> object:
        return self._made[service]


def test_code_goes_into_a_bucket_of_this_very_account():
    session = Session()
    asked = {"Bucket": BUCKET, "Key": BUNDLE.key, "ExpectedBucketOwner": ACCOUNT}
    session.s3.add_client_error("head_object", "404", expected_params=asked)
    place = {"LocationConstraint": "eu-central-1"}
    session.s3.add_response("create_bucket", {}, {"Bucket": BUCKET, "CreateBucketConfiguration": place})
    session.s3.add_response("put_public_access_block", {})
    session.s3.add_response("put_object", {}, {**asked, "Body": b"code"})
    assert put_bundle(Target(session), "photobak", BUNDLE) == BUCKET
    session.s3.assert_no_pending_responses()


def test_somebody_elses_bucket_of_that_name_gets_nothing():
    session = Session()
    session.s3.add_client_error("head_object", "403")
    with pytest.raises(StackError, match="belongs to another account") as refused:
        put_bundle(Target(session), "photobak", BUNDLE)
    assert "--stack-name" in refused.value.next_step
    session.s3.assert_no_pending_responses()


def test_a_name_that_is_taken_meanwhile_is_told():
    session = Session()
    session.s3.add_client_error("head_object", "404")
    session.s3.add_client_error("create_bucket", "BucketAlreadyExists")
    with pytest.raises(StackError, match="belongs to another account"):
        put_bundle(Target(session), "photobak", BUNDLE)


def test_code_that_lies_there_already_is_not_sent_again():
    session = Session()
    session.s3.add_response("head_object", {})
    assert put_bundle(Target(session), "photobak", BUNDLE) == BUCKET
    session.s3.assert_no_pending_responses()
