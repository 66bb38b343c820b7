"""The one exception hierarchy. Each error says what happened to what, why, and what to do next.

Exit codes are those of the command line (README, "Exit codes"); they are applied once, in ``photobak.cli.main``.
"""


def reason_of(error: OSError) -> str:
    """What the operating system says about a file, in a few words."""
    return (error.strerror or str(error)).lower()


class PhotobakError(Exception):
    """Something went wrong that a person can act on.

    Attributes:
        what: what happened to what, without a final full stop.
        why: the reason as far as it is known; may be empty.
        next_step: what to do now, as a command or a sentence; may be empty.
    """

    exit_code = 1

    def __init__(self, what: str, *, why: str = "", next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.next_step = next_step

    @property
    def summary(self) -> str:
        """What and why, without the next step."""
        return f"{self.what}: {self.why}" if self.why else self.what

    def __str__(self) -> str:
        """One line: what, why, next."""
        return f"{self.summary}. {self.next_step}" if self.next_step else self.summary


class WrongUsage(PhotobakError):
    """The command line asks for something that makes no sense (exit 2)."""

    exit_code = 2


class SignInNeeded(PhotobakError):
    """There is no usable session for this profile (exit 4)."""

    exit_code = 4


class FreshSignInNeeded(SignInNeeded):
    """The session is good, but the cloud wants a sign-in of the last minutes before it does this (RFC 9470)."""


class RunLocked(PhotobakError):
    """Another run of photobak holds the lock of this profile (exit 5)."""

    exit_code = 5


class Interrupted(PhotobakError):
    """The person stopped the run (exit 130); says what is safe and how to continue."""

    exit_code = 130


class UnknownPhoto(PhotobakError):
    """No photo has this id, or more than one has this prefix."""


class CloudError(PhotobakError):
    """The cloud (or the local stack) could not be reached, or answered with an error."""


class ConfigError(PhotobakError):
    """A file or variable that configures photobak can't be used as it is."""


class StackError(PhotobakError):
    """The CloudFormation stack could not be made, changed or read."""


class LocalStackError(PhotobakError):
    """The local stack could not be started, stopped or used."""


class ScheduleError(PhotobakError):
    """The scheduler of this machine could not be told to run photobak."""
