"""Where a stack lives: an account and region, on AWS or on the local stack."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True, slots=True)
class Target:
    """An account and region."""

    session: "boto3.Session"
    endpoint_url: str | None = None
    """The local stack's URL; None on AWS."""
    poll_seconds: float = 5.0
    """How often CloudFormation is asked whether it is done."""

    @property
    def region(self) -> str:
        """The region's name, such as ``eu-central-1``."""
        return str(self.session.region_name)

    def account(self) -> str:
        """The account's twelve digits."""
        return self.session.client("sts", endpoint_url=self.endpoint_url).get_caller_identity()["Account"]
