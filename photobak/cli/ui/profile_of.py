"""Introduces a deployed stack to the client: its outputs become a profile."""

from typing import TYPE_CHECKING

from photobak.client.profile import Profile

if TYPE_CHECKING:
    from photobak.stack.outputs import StackOutputs


def profile_of(name: str, outputs: "StackOutputs", local_account: str | None = None) -> Profile:
    """The profile of a stack.

    Args:
        name: of the profile.
        outputs: of the stack.
        local_account: the user name that ``local up`` made, on a local stack.
    """
    return Profile(
        name=name,
        region=outputs.region,
        endpoint_url=outputs.endpoint_url,
        api_url=outputs.api_url,
        ws_url=outputs.ws_url,
        bucket=outputs.bucket,
        table=outputs.table,
        contents_table=outputs.contents_table,
        user_pool_id=outputs.user_pool_id,
        client_id=outputs.client_id,
        identity_pool_id=outputs.identity_pool_id,
        hosted_ui_url=outputs.hosted_ui_url,
        issuer=outputs.issuer,
        local_account=local_account,
        max_upload_bytes=outputs.max_upload_bytes,
        refresh_token_days=outputs.refresh_token_days,
    )
