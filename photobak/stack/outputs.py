"""What a deployed stack is called: the outputs of the template as one value."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StackOutputs:
    """Names and addresses that a client needs; nothing secret."""

    region: str
    endpoint_url: str | None
    """The local stack's URL; None on AWS."""
    api_url: str
    """Base URL of the HTTP API, without a trailing slash."""
    ws_url: str
    """URL of the WebSocket API."""
    bucket: str
    """The photo bucket."""
    temp_bucket: str
    table: str
    """The table ``Photos``."""
    contents_table: str
    user_pool_id: str
    client_id: str
    identity_pool_id: str
    hosted_ui_url: str
    """Base URL of Cognito's hosted UI (``/oauth2/authorize`` and so on lie below it), without a trailing slash."""
    issuer: str
    """The ``iss`` of the pool's ID tokens."""
    max_upload_bytes: int
    """The largest file that one presigned POST takes."""
    refresh_token_days: int
    """How long a sign-in lasts."""
    domain_target: str = ""
    """What the DNS record of a domain of one's own must point to; "" where there is none."""

    @classmethod
    def of(cls, outputs: Mapping[str, str], endpoint_url: str | None) -> "StackOutputs":
        """Read the outputs of the stack.

        Args:
            outputs: OutputKey to OutputValue.
            endpoint_url: the local stack's URL, or None on AWS.

        Raises:
            KeyError: the stack was not made from this template.
        """
        region, pool = outputs["Region"], outputs["UserPoolId"]
        return cls(
            region=region,
            endpoint_url=endpoint_url,
            api_url=outputs["ApiUrl"],
            ws_url=outputs["LiveUrl"].replace("http", "ws", 1),
            bucket=outputs["PhotoBucket"],
            temp_bucket=outputs["TempBucket"],
            table=outputs["PhotosTable"],
            contents_table=outputs["ContentsTable"],
            user_pool_id=pool,
            client_id=outputs["UserPoolClientId"],
            identity_pool_id=outputs["IdentityPoolId"],
            hosted_ui_url=outputs["HostedUiUrl"],
            issuer=f"https://cognito-idp.{region}.amazonaws.com/{pool}",
            max_upload_bytes=int(outputs["MaxUploadBytes"]),
            refresh_token_days=int(outputs["RefreshTokenDays"]),
            domain_target=outputs.get("DomainTarget", ""),
        )
