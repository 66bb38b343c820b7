"""A profile of the local stack that nobody has signed in to, as a person has it before ``photobak login``."""

from pathlib import Path

from support.command_line import environ_of

from photobak.client.places import places
from photobak.client.profile import Profile, save_profile
from photobak.stack.outputs import StackOutputs


def keep_profile(home: Path, outputs: StackOutputs, name: str = "local") -> Profile:
    """Write the profile into the home of a test's person."""
    profile = Profile(
        name=name,
        region=outputs.region,
        endpoint_url=outputs.endpoint_url,
        api_url=outputs.api_url,
        bucket=outputs.bucket,
        table=outputs.table,
        contents_table=outputs.contents_table,
        user_pool_id=outputs.user_pool_id,
        client_id=outputs.client_id,
        identity_pool_id=outputs.identity_pool_id,
        hosted_ui_url=outputs.hosted_ui_url,
        issuer=outputs.issuer,
        max_upload_bytes=outputs.max_upload_bytes,
        refresh_token_days=outputs.refresh_token_days,
    )
    save_profile(places(environ_of(home)), profile)
    return profile
