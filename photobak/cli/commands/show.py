"""``photobak show``: everything known about one photo."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from photobak.cli.ui.context import Context, pass_context, require_session
from photobak.cli.ui.terminal import bytes_text, json_line, say, shown
from photobak.errors import CloudError

if TYPE_CHECKING:
    from photobak.client.account.session import Session
    from photobak.photo.record import Record

_WIDTH = 11
_WIDEST_TAG = 40


@click.command(name="show", short_help="Show everything known about a photo.")
@click.argument("photo_id", metavar="ID")
@click.option("--exif", is_flag=True, help="Print every metadata tag of the original, maker notes included.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@pass_context
def command(context: Context, photo_id: str, exif: bool, as_json: bool) -> None:
    """Show everything known about a photo, with its thumbnail if the terminal can display it.

    \b
    Examples:
      photobak show 3f2a9c81d0e4
      photobak show 3f2a9c81d0e4 --json | jq .lens
      photobak show 3f2a9c81d0e4 --exif
    """
    from photobak.client.library.library import Among, Library

    session = require_session(context)
    record = Library(session).find(photo_id, Among.ALL)
    if exif:
        _print_tags(session, record, as_json)
        return
    if as_json:
        json_line(record.listing() | record.to_json())
        return
    if record.status.kept:
        _show_picture(session, record)
    for name, value in _lines(record, session.profile.bucket):
        click.echo(f"{name:{_WIDTH}} {shown(value)}")


def _print_tags(session: "Session", record: "Record", as_json: bool) -> None:
    from photobak.client.library.bucket import SessionBucket
    from photobak.client.library.exif_tags import tags_of_original

    tags = tags_of_original(SessionBucket(session), record)
    if as_json:
        json_line({"id": record.id, "sha256": record.sha256, "filename": record.filename, "exif": tags})
        return
    width = min(max(map(len, tags), default=0), _WIDEST_TAG)
    for name, value in tags.items():
        click.echo(f"{shown(name):{width}}  {shown(value)}")
    if not tags:
        say(f"No EXIF tags found in {shown(record.filename)}.")


def _show_picture(session: "Session", record: "Record") -> None:
    from photobak.cli.ui.terminal import show_thumbnail

    try:
        show_thumbnail(session, record)
    except CloudError as error:  # the record is useful without it
        say(shown(str(error)))


def _lines(record: "Record", bucket: str) -> Iterator[tuple[str, str]]:
    """Names and values; a name with several values is given with the first one only."""
    yield "id", record.id
    yield "SHA-256", record.sha256
    yield "file name", record.filename
    yield "taken", f"{record.taken.in_zone():%Y-%m-%d %H:%M:%S} (from: {record.taken.source.value})"
    yield "kind", f"{record.kind.value}, {record.content_type}, {bytes_text(record.size)}"
    if record.width and record.height:
        yield "size", f"{record.width} x {record.height} pixels"
    if record.camera:
        yield "camera", record.camera
    if record.lens:
        yield "lens", record.lens
    if record.exposure:
        yield "exposure", record.exposure
    if record.duration:
        yield "duration", f"{timedelta(seconds=round(record.duration))}"
    if record.latitude is not None and record.longitude is not None:
        yield "place", f"{record.latitude:.6f}, {record.longitude:.6f}"
    yield "status", f"{record.status.value}: {record.reason}" if record.reason else record.status.value
    if record.trashed_until:
        yield (
            "in trash",
            f"until {record.trashed_until.astimezone():%Y-%m-%d}; restore with: photobak trash restore {record.id}",
        )
    yield "stored", f"{record.stored_at.astimezone():%Y-%m-%d %H:%M}"
    for number, source in enumerate(sorted(record.sources)):
        yield "" if number else "sources", source
    yield "original", f"s3://{bucket}/{record.original_key}"
