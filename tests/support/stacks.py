"""Stacks of a test's own on the run's local stack: the real template under another name."""

from support.local_stack import root_client

from photobak.local.credentials import root_keys, root_session
from photobak.local.home import Home
from photobak.local.values import LocalStack
from photobak.stack.deploy import deploy
from photobak.stack.outputs import StackOutputs
from photobak.stack.target import Target


def target_of(stack: LocalStack) -> Target:
    """The local stack as a target of deployments, as its root; the session is its own, and may be listened in to."""
    session = root_session.__wrapped__(root_keys(Home.at(stack.home)))
    return Target(session, stack.endpoint_url, poll_seconds=0.05)


def aws_variables(stack: LocalStack, endpoint_url: str | None = None) -> dict[str, str]:
    """The variables that every AWS tool reads, for somebody who takes the local stack for AWS."""
    keys = root_keys(Home.at(stack.home))
    return {
        "AWS_ENDPOINT_URL": endpoint_url or stack.endpoint_url,
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "AWS_REGION": stack.region,
        "AWS_DEFAULT_REGION": stack.region,
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def local_parameters(stack: LocalStack) -> dict[str, str]:
    """What the template needs to know of the local stack."""
    return {"Environment": "local", "LocalEndpoint": stack.endpoint_url}


def made(target: Target, local_stack: LocalStack, name: str) -> StackOutputs:
    """A stack of this name, made or brought up to date."""
    return deploy(target, stack_name=name, parameters=local_parameters(local_stack))


def broken(template: str) -> str:
    """The template with a resource in it that can't be made."""
    group = "{ UserPoolId: us-east-1_missing, GroupName: broken }"
    resource = f"  Broken:\n    Type: AWS::Cognito::UserPoolGroup\n    Properties: {group}\n"
    return template.replace("  UploadQueue:\n", f"{resource}  UploadQueue:\n", 1)


def put_photo(local_stack: LocalStack, outputs: StackOutputs, body: bytes) -> None:
    """A photo as the cloud would have left it."""
    s3, dynamodb = root_client(local_stack, "s3"), root_client(local_stack, "dynamodb")
    s3.put_object(Bucket=outputs.bucket, Key="original/me/1.jpg", Body=body)
    item = {"username": {"S": "me"}, "timestamp": {"N": "1"}, "sha256": {"S": "1"}}
    dynamodb.put_item(TableName=outputs.table, Item=item)


def read_photo(local_stack: LocalStack, outputs: StackOutputs) -> bytes:
    key = {"username": {"S": "me"}, "timestamp": {"N": "1"}}
    assert "Item" in root_client(local_stack, "dynamodb").get_item(TableName=outputs.table, Key=key)
    original = root_client(local_stack, "s3").get_object(Bucket=outputs.bucket, Key="original/me/1.jpg")
    content: bytes = original["Body"].read()
    return content
