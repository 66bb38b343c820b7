"""Shows a picture in the terminal, where the terminal can."""

import io
import logging
import os
import sys

from photobak.client.account.session import Session
from photobak.client.transport.aws_errors import aws_errors
from photobak.photo.record import Record


def show_thumbnail(session: Session, record: Record) -> bool:
    """Print a photo's thumbnail by sixel, kitty's protocol or half blocks; tell whether there was one to show.

    Raises:
        CloudError: it can't be fetched.
    """
    if record.thumb_key is None or not _has_room():
        return False
    # Where the terminal doesn't answer, the library assumes a size, and logs a traceback that says so.
    logging.getLogger("textual_image").setLevel(logging.CRITICAL)
    from PIL import Image
    from textual_image.renderable import Image as Renderable

    from photobak.cli.ui.terminal import data

    with aws_errors("the thumbnail can't be fetched", session.profile):
        answer = session.client("s3").get_object(Bucket=session.profile.bucket, Key=record.thumb_key)
        webp = answer["Body"].read()
    with Image.open(io.BytesIO(webp)) as thumbnail:
        data().print(Renderable(thumbnail, width=40, height="auto"))
    return True


def _has_room() -> bool:
    """Whether stdout is a terminal that knows its size; some consoles say 0 columns."""
    return sys.stdout.isatty() and os.get_terminal_size(sys.stdout.fileno()).columns > 0
