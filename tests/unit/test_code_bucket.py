"""Buckets, whose names are the whole world's: the one that the code goes to, and those that a deployment takes over."""

import json

import boto3
import pytest
from botocore.stub import ANY, Stubber

from photobak.errors import StackError
from photobak.stack.bundle import Bundle
from photobak.stack.code_bucket import put_bundle
from photobak.stack.retained import find_retained
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
    session.s3.add_response("put_bucket_policy", {}, {"Bucket": BUCKET, "Policy": ANY})
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


def test_a_bucket_whose_making_was_cut_off_is_finished():
    """It must not stay open because it is there already."""
    session = Session()
    policies = []
    session.client("s3").meta.events.register(
        "provide-client-params.s3.PutBucketPolicy", lambda params, **_: policies.append(json.loads(params["Policy"]))
    )
    session.s3.add_client_error("head_object", "404")
    session.s3.add_client_error("create_bucket", "BucketAlreadyOwnedByYou")
    session.s3.add_response("put_public_access_block", {})
    session.s3.add_response("put_bucket_policy", {})
    session.s3.add_response("put_object", {})
    assert put_bundle(Target(session), "photobak", BUNDLE) == BUCKET
    session.s3.assert_no_pending_responses()
    (statement,) = policies[0]["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_who_may_not_make_a_bucket_is_told_who_may():
    session = Session()
    session.s3.add_client_error("head_object", "404")
    session.s3.add_client_error("create_bucket", "AccessDenied", "no s3:CreateBucket")
    with pytest.raises(StackError, match="no s3:CreateBucket") as refused:
        put_bundle(Target(session), "photobak", BUNDLE)
    assert "administrator" in refused.value.next_step


def test_a_bucket_of_somebody_else_is_not_taken_over():
    session = Session()
    session.s3.add_client_error("head_bucket", "404")
    session.s3.add_client_error("head_bucket", "403")
    with pytest.raises(
        StackError, match=f"the bucket photobak-photos-{ACCOUNT}-eu-central-1 .* another account"
    ) as taken:
        find_retained(Target(session), "photobak")
    assert "--stack-name" in taken.value.next_step
