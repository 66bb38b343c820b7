"""Where a restore comes from: the cloud of a profile, or a bucket alone, whatever has become of all else."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from photobak.cli.ui.context import Context
from photobak.errors import WrongUsage

if TYPE_CHECKING:
    from photobak.cli.ui.left_out import LeftOut
    from photobak.client.restore.selection import Records
    from photobak.client.transport.bucket import PhotoBucket

Command = TypeVar("Command", bound=Callable[..., None])


@dataclass(frozen=True, slots=True)
class Origin:
    """Where records and originals are read from."""

    bucket: "PhotoBucket"
    library: "Records"


def origin_options(command: Command) -> Callable[..., None]:
    """Give a command the options that name a bucket, and hand it ``origin``, which opens what is meant."""

    @click.option(
        "--from-bucket",
        "bucket",
        metavar="BUCKET",
        help="From this photo bucket alone, by the AWS credentials of this machine: for the day the rest is lost.",
    )
    @click.option("--identity", metavar="ID", help="Whose photos, where several people's are in that bucket.")
    @wraps(command)
    def with_origin(*args: Any, bucket: str | None, identity: str | None, **others: Any) -> None:
        def origin(context: Context, left_out: "LeftOut") -> Origin:
            return _open(context, left_out, bucket, identity)

        command(*args, origin=origin, **others)

    return with_origin


def _open(context: Context, left_out: "LeftOut", bucket: str | None, identity: str | None) -> Origin:
    if bucket is None:
        if identity:
            raise WrongUsage("--identity goes with --from-bucket", next_step="Or leave it out: you get your own photos")
        from photobak.cli.ui.signed_in import require_session
        from photobak.client.library.library import Library
        from photobak.client.transport.bucket import SessionBucket

        session = require_session(context)
        return Origin(SessionBucket(session), Library(session, left_out))
    from photobak.client.library.bucket_alone import open_bucket
    from photobak.client.library.bucket_library import BucketLibrary

    alone = open_bucket(bucket, identity)
    return Origin(alone, BucketLibrary(alone))
