"""Output: data on stdout, messages on stderr, colours and progress on terminals only."""

import json
import os
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from photobak.errors import WrongUsage, reason_of

if TYPE_CHECKING:
    import logging

    from rich.console import Console
    from rich.table import Table

    from photobak.client.account.session import Session
    from photobak.photo.record import Record

_SVG_COLUMNS: Final = 120
_FONT_FACE: Final = re.compile(r"@font-face \{.*?\}", re.DOTALL)


@cache
def talk() -> "Console":
    """The console for messages: stderr. rich obeys NO_COLOR."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


@cache
def data() -> "Console":
    """The console for data: stdout."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


class _Log:
    """Where messages are kept besides the terminal."""

    to: "logging.Logger | None" = None


def log_to(log: "logging.Logger | None") -> None:
    """Keep every message in a log from now on."""
    _Log.to = log


def note(message: str) -> None:
    """Keep a message in the log only."""
    if _Log.to is not None:
        _Log.to.info("%s", message)


def say(message: str) -> None:
    """Print a message on stderr, without markup, and keep it in the log."""
    note(message)
    click.echo(message, err=True)


def shown(text: str) -> str:
    """A text that may hold hostile names, on one line: characters that are not printable are escaped."""
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    if "\udc80" <= char <= "\udcff":  # a byte of a file name that is not UTF-8 (PEP 383)
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode()


def json_line(entry: Mapping[str, Any]) -> None:
    """Print one JSON object on a line; characters that are not printable are escaped, which means the same in JSON."""
    line = json.dumps(entry, ensure_ascii=False)
    if not line.isprintable():
        line = "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in line)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def is_terminal() -> bool:
    """Whether messages go to a terminal."""
    return sys.stderr.isatty()


def has_room_for_progress(*, as_json: bool) -> bool:
    """Whether to draw progress: messages go to a terminal, and no JSON does."""
    return is_terminal() and not (as_json and sys.stdout.isatty())


def bytes_text(size: float) -> str:
    """A size for people: 4.2 MB, in decimal units."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def plural(count: int, noun: str) -> str:
    """1 photo, 2,000 photos."""
    return f"{count:,} {noun}" + "s" * (count != 1)


def show_thumbnail(session: "Session", record: "Record") -> bool:
    """Print the thumbnail of a photo with sixel, kitty's protocol or half blocks; return whether there was one.

    Raises:
        CloudError: it cannot be downloaded.
    """
    if record.thumb_key is None or not _has_room():
        return False
    import io
    import logging

    # If the terminal does not answer, the library assumes a size and logs a traceback.
    logging.getLogger("textual_image").setLevel(logging.CRITICAL)
    from PIL import Image
    from textual_image.renderable import Image as Renderable

    from photobak.client.library.bucket import SessionBucket
    from photobak.client.transport.s3 import S3

    webp = S3(SessionBucket(session).objects).get(record.thumb_key, what="cannot download the thumbnail")
    if webp is None:
        return False
    with Image.open(io.BytesIO(webp)) as thumbnail:
        data().print(Renderable(thumbnail, width=40, height="auto"))
    return True


def _has_room() -> bool:
    """Whether stdout is a terminal with a known size; some consoles report 0 columns."""
    return sys.stdout.isatty() and os.get_terminal_size(sys.stdout.fileno()).columns > 0


def save_svg(path: Path, table: "Table", title: str) -> None:
    """Save a table as a picture. Its fonts are the viewer's: rich would have it load one from the network.

    Raises:
        WrongUsage: the file cannot be written.
    """
    import io

    from rich.console import Console

    console = Console(record=True, file=io.StringIO(), width=_SVG_COLUMNS)
    console.print(table)
    try:
        path.write_text(_FONT_FACE.sub("", console.export_svg(title=title)), encoding="utf-8")
    except OSError as error:
        raise WrongUsage(f"cannot write {path}", why=reason_of(error)) from error
