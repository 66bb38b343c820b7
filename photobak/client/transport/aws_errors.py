"""What AWS answers, or the way to it, as one of our own errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from photobak.client.profile import Profile
from photobak.client.transport.clock import clock_error
from photobak.client.transport.http import printable
from photobak.errors import CloudError, PhotobakError, SignInNeeded

_ENDED: Final = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException", "InvalidClientTokenId"}
)
"""How AWS's services say that they don't know the credentials, or not any more."""
_OF_A_WRONG_CLOCK: Final = _ENDED | {
    "InvalidSignatureException", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "RequestExpired",
}  # fmt: skip
"""How they say "Signature expired" and "Signature not yet current", among other things."""


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
        said, answered_at = (
            error.response["Error"],
            error.response["ResponseMetadata"].get("HTTPHeaders", {}).get("date"),
        )
        raise refusal(what, said["Code"], said.get("Message", ""), answered_at) from error
    except BotoCoreError as error:
        raise CloudError(what, why=str(error)) from error


def refusal(what: str, code: str, message: str, answered_at: str | None) -> PhotobakError:
    """The error to raise where AWS refuses.

    Args:
        what: what can't be done then, for a person.
        code: AWS's name of the reason.
        message: AWS's words for it; may be empty.
        answered_at: the answer's ``Date``, where it had one.
    """
    wrong_clock = clock_error(what, answered_at) if code in _OF_A_WRONG_CLOCK else None
    if wrong_clock:
        return wrong_clock
    if code in _ENDED:
        return SignInNeeded(what, why="the sign-in is not accepted any more", next_step="Type: photobak login")
    return CloudError(what, why=printable(f"{code}: {message}" if message else code))
