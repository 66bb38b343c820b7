"""What AWS answers, or the way to it, as one of our own errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from photobak.client.profile import Profile
from photobak.errors import CloudError, SignInNeeded


@contextmanager
def aws_errors(what: str, profile: Profile) -> Iterator[None]:
    """Turn botocore's exceptions into ours.

    Args:
        what: what can't be done then, for a person.
        profile: the cloud that is asked.

    Raises:
        CloudError: AWS can't be reached, or refuses.
        SignInNeeded: the credentials are not accepted any more.
    """
    from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

    try:
        yield
    except EndpointConnectionError as error:
        next_step = "Start the local stack with: photobak local up" if profile.is_local else "Check the network"
        raise CloudError(what, why="it can't be reached", next_step=next_step) from error
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException", "InvalidClientTokenId"):
            raise SignInNeeded(
                what, why="the sign-in is not accepted any more", next_step="Type: photobak login"
            ) from error
        raise CloudError(what, why=f"{code}: {error.response['Error'].get('Message', '')}") from error
    except BotoCoreError as error:
        raise CloudError(what, why=str(error)) from error
