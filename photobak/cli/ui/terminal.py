"""Data goes to stdout, talk to stderr; colours and progress only where a person looks."""

import json
import os
import sys
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from photobak.client.account.session import Session
    from photobak.photo.record import Record


@cache
def talk() -> "Console":
    """The console for what is said to a person: stderr; rich obeys NO_COLOR."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


@cache
def data() -> "Console":
    """The console for what was asked for: stdout."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


def say(message: str) -> None:
    """Say a line to the person, without any markup in it."""
    click.echo(message, err=True)


def shown(text: str) -> str:
    """A text with names that strangers may have chosen, on one line: what isn't printable is escaped, not obeyed."""
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    if "\udc80" <= char <= "\udcff":  # a byte of a file name that is not UTF-8 (PEP 383)
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode()


def json_line(entry: Mapping[str, Any]) -> None:
    """Print one JSON object as a line of its own; what isn't printable is escaped, which means the same in JSON."""
    line = json.dumps(entry, ensure_ascii=False)
    if not line.isprintable():
        line = "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in line)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def is_terminal() -> bool:
    """Whether a person looks at what is said."""
    return sys.stderr.isatty()


def has_room_for_progress(*, as_json: bool) -> bool:
    """Whether a bar may be drawn: a person looks, and no JSON runs through the same screen."""
    return is_terminal() and not (as_json and sys.stdout.isatty())


def bytes_text(size: float) -> str:
    """A size as people read it: 4.2 MB, decimal units as in shops."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def plural(count: int, noun: str) -> str:
    """1 photo, 2 photos; with thousands separated."""
    return f"{count:,} {noun}" + "s" * (count != 1)


def show_thumbnail(session: "Session", record: "Record") -> bool:
    """Print a photo's thumbnail by sixel, kitty's protocol or half blocks; tell whether there was one to show.

    Raises:
        CloudError: it can't be fetched.
    """
    if record.thumb_key is None or not _has_room():
        return False
    import io
    import logging

    # Where the terminal doesn't answer, the library assumes a size, and logs a traceback that says so.
    logging.getLogger("textual_image").setLevel(logging.CRITICAL)
    from PIL import Image
    from textual_image.renderable import Image as Renderable

    from photobak.client.library.bucket import SessionBucket
    from photobak.client.transport.s3 import S3

    webp = S3(SessionBucket(session).objects).get(record.thumb_key, what="the thumbnail can't be fetched")
    if webp is None:
        return False
    with Image.open(io.BytesIO(webp)) as thumbnail:
        data().print(Renderable(thumbnail, width=40, height="auto"))
    return True


def _has_room() -> bool:
    """Whether stdout is a terminal that knows its size; some consoles say 0 columns."""
    return sys.stdout.isatty() and os.get_terminal_size(sys.stdout.fileno()).columns > 0
