"""Where a stack lives: an account and region, on AWS or on the local stack."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cognito_identity import CognitoIdentityClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sts import STSClient


@dataclass(frozen=True, slots=True)
class Target:
    """An account and region."""

    session: "boto3.Session"
    endpoint_url: str | None = None
    """The local stack's URL; None on AWS."""
    poll_seconds: float = 5.0
    """How often CloudFormation is asked whether it is done."""
    _clients: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def region(self) -> str:
        """The region's name, such as ``eu-central-1``."""
        return str(self.session.region_name)

    def account(self) -> str:
        """The account's twelve digits."""
        return self.client("sts").get_caller_identity()["Account"]

    @overload
    def client(self, service: Literal["cloudformation"]) -> "CloudFormationClient": ...
    @overload
    def client(self, service: Literal["cognito-identity"]) -> "CognitoIdentityClient": ...
    @overload
    def client(self, service: Literal["cognito-idp"]) -> "CognitoIdentityProviderClient": ...
    @overload
    def client(self, service: Literal["dynamodb"]) -> "DynamoDBClient": ...
    @overload
    def client(self, service: Literal["iam"]) -> "IAMClient": ...
    @overload
    def client(self, service: Literal["lambda"]) -> "LambdaClient": ...
    @overload
    def client(self, service: Literal["s3"]) -> "S3Client": ...
    @overload
    def client(self, service: Literal["sts"]) -> "STSClient": ...
    def client(self, service: Any) -> Any:
        """A service's client, made once: to make one takes longer than most of what is asked with it."""
        if service not in self._clients:
            self._clients[service] = self.session.client(service, endpoint_url=self.endpoint_url)
        return self._clients[service]
