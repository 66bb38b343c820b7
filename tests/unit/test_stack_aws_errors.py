"""What a person reads where AWS refuses a deployment, or can't be reached."""

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
    TokenRetrievalError,
)

from photobak.errors import ConfigError, StackError
from photobak.stack.aws_errors import aws_errors, remedy


def refusal(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "CreateBucket")


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (refusal("ExpiredToken"), ConfigError, "aws sso login"),
        (refusal("ExpiredTokenException"), ConfigError, "aws sso login"),
        (refusal("InvalidClientTokenId"), ConfigError, "AWS_ACCESS_KEY_ID"),
        (NoCredentialsError(), ConfigError, "aws sso login"),
        (TokenRetrievalError(provider="sso", error_msg="expired"), ConfigError, "aws sso login"),
        (refusal("AccessDenied", "not today"), StackError, "such as an administrator"),
        (refusal("403", "Forbidden"), StackError, "such as an administrator"),
        (refusal("TooManyBuckets"), StackError, "Service Quotas"),
        (refusal("LimitExceededException", "Too many pools"), StackError, "Service Quotas"),
        (refusal("TooManyRequestsException", "Rate exceeded"), StackError, "Run the same command again"),
        (refusal("ValidationError", "Parameter X must match"), StackError, "Fix the cause above"),
        (EndpointConnectionError(endpoint_url="https://x"), StackError, "Check the network"),
        (ReadTimeoutError(endpoint_url="https://x"), StackError, "Check the network"),
    ],
)
def test_each_refusal_says_what_to_do(error: ClientError | BotoCoreError, kind: type, said: str) -> None:
    with pytest.raises(kind) as told, aws_errors("the bucket can't be made"):
        raise error
    assert said in told.value.next_step
    assert "\n" not in str(told.value)
    assert told.value.__cause__ is error


def test_awss_own_words_are_passed_on() -> None:
    whole = r"the bucket can't be made: BucketAlreadyExists: it is taken\."
    with pytest.raises(StackError, match=whole), aws_errors("the bucket can't be made"):
        raise refusal("BucketAlreadyExists", "it is taken")


def test_an_answer_that_is_not_from_aws_is_called_so() -> None:
    answer = ClientError(
        {"ResponseMetadata": {"HTTPStatusCode": 403}}, "GetCallerIdentity"
    )  # what botocore makes of HTML
    whole = r"the stack can't be read: the answer, HTTP 403, is not from AWS\. Check HTTPS_PROXY"
    with pytest.raises(StackError, match=whole), aws_errors("the stack can't be read"):
        raise answer


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ('Resource handler returned message: "Limit Exceeded for tables"', "Service Quotas"),
        ("You have exceeded your quota of user pools", "Service Quotas"),
        ("User: arn:aws:iam::1:user/me is not authorized to perform: iam:CreateRole", "such as an administrator"),
        ("Properties validation failed", "Fix the cause above"),
    ],
)
def test_so_are_cloudformations_reasons(reason: str, said: str) -> None:
    assert said in remedy(reason)
    assert remedy(reason, "Then sleep.").endswith("Then sleep.")
