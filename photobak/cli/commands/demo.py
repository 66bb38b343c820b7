"""``photobak demo``: back up, list and restore some photos on a temporary local stack."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from photobak.cli.ui.context import Context, pass_context, require_session
from photobak.cli.ui.terminal import bytes_text, json_line, plural, say
from photobak.errors import PhotobakError

if TYPE_CHECKING:
    from photobak.client.account.session import Session
    from photobak.client.files.outcome import Summary
    from photobak.local.values import LocalStack
    from photobak.photo.record import Record

_SHOWN = 5


@click.command(name="demo", short_help="Try everything in a minute, on this machine.")
@click.option(
    "--photos",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Use your own photos instead of a dozen generated ones.",
)
@click.option("--keep", is_flag=True, help="Keep the demo's cloud running, to look at it in the web gallery.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per photo, then a summary.")
@pass_context
def command(context: Context, photos: Path | None, keep: bool, as_json: bool) -> None:
    """Back up some photos, list them, restore them and compare.

    It uses a local stack of its own in a temporary folder; your own setup is not touched.

    \b
    Examples:
      photobak demo
      photobak demo --photos ~/Pictures/2024
      photobak demo --keep
    """
    started = time.monotonic()
    with _own_cloud(context, keep=keep) as (own, folder, stack):
        session = require_session(own)
        source = photos or _drawn(folder / "Pictures")
        summary = _sync(own, session, source, as_json)
        records = _list(session, as_json)
        restored = _restore_and_compare(session, records, folder / "restored")
    _conclude(summary, records, restored, time.monotonic() - started, stack if keep else None, as_json)
    if keep and not as_json:
        say(f"   To remove the demo's cloud: PHOTOBAK_HOME={own.home} photobak local reset --yes")


@contextmanager
def _own_cloud(context: Context, *, keep: bool) -> "Iterator[tuple[Context, Path, LocalStack]]":
    """A local stack in a temporary folder; both stay only if they are to be kept and the demo succeeds."""
    from photobak.cli.ui.local_stack import local_home, start_local_stack
    from photobak.local.lifecycle import down

    say("Starting a cloud on this machine …")
    folder = Path(tempfile.mkdtemp(prefix="photobak-demo-"))
    own = Context(profile=None, verbosity=context.verbosity, home=folder / "home")
    kept = False
    try:
        yield own, folder, start_local_stack(own)
        kept = keep
    finally:
        if not kept:
            down(local_home(own))
            shutil.rmtree(folder, ignore_errors=True)


def _drawn(folder: Path) -> Path:
    from photobak.cli.ui.demo_pictures import draw_pictures

    say(f"Generated {plural(len(list(draw_pictures(folder))), 'photo')}.")
    return folder


def _sync(context: Context, session: "Session", source: Path, as_json: bool) -> "Summary":
    from photobak.cli.ui.sync_view import sync_view
    from photobak.cli.ui.values import local_zone
    from photobak.client.files.examine import this_device
    from photobak.client.files.scan import Filters, distinct_roots
    from photobak.client.index.file import index_path
    from photobak.client.index.index import Index
    from photobak.client.sync.sync import Options, Sync

    say(f"$ photobak sync {'…/Pictures' if source.is_relative_to(tempfile.gettempdir()) else source}")
    options = Options(jobs=8, device=this_device(), zone=local_zone(), filters=Filters())
    with Index.open(index_path(context.places, session.profile)) as index, sync_view(context, as_json) as view:
        summary = Sync(session, index, view, options).run(distinct_roots([source]))
    if not summary.complete:
        raise PhotobakError("some photos could not be backed up", why="see the errors above")
    return summary


def _list(session: "Session", as_json: bool) -> "list[Record]":
    from photobak.cli.ui.rows import Rows
    from photobak.cli.ui.terminal import show_thumbnail
    from photobak.client.library.library import Library

    records, rows = list(Library(session).records()), Rows.for_stdout()
    if not as_json:
        say(f"$ photobak ls --limit {_SHOWN}")
        for record in records[:_SHOWN]:
            click.echo(rows.row(record))
        if records:
            show_thumbnail(session, records[0])
    return records


def _restore_and_compare(session: "Session", records: "list[Record]", folder: Path) -> int:
    """Restore everything and check the hashes; return the number of files."""
    from photobak.client.library.bucket import SessionBucket
    from photobak.client.restore.destination import Destination
    from photobak.client.restore.layout import SOURCE, layout_of, targets
    from photobak.client.restore.placer import RestoreResult
    from photobak.client.restore.restorer import Restorer
    from photobak.photo.identity import sha256_of

    say("$ photobak get --all --layout source --to restored")
    restorer = Restorer(SessionBucket(session), Destination(folder))
    outcomes = list(restorer.restore(targets(records, layout_of(SOURCE))))
    for outcome in outcomes:
        if outcome.result is not RestoreResult.RESTORED:
            raise PhotobakError(f"{outcome.path.name} could not be restored", why=outcome.reason or "")
        with outcome.path.open("rb") as file:
            if sha256_of(file) != outcome.target.record.sha256:
                raise PhotobakError(f"{outcome.path.name} was restored with different contents")
    return len(outcomes)


def _conclude(
    summary: "Summary",
    records: "list[Record]",
    restored: int,
    seconds: float,
    kept_stack: "LocalStack | None",
    as_json: bool,
) -> None:
    gallery = f"{kept_stack.outputs.api_url.rstrip('/')}/" if kept_stack else None
    if as_json:
        entry: dict[str, Any] = {**summary.to_json(), "listed": len(records), "restored": restored}
        if gallery:
            entry["gallery"] = gallery
        json_line({**entry, "seconds": round(seconds, 3)})
        return
    size = bytes_text(sum(record.size for record in records))
    kept = plural(len(records), "photo")
    say("")
    say(f"1. Backed up {plural(summary.scanned, 'file')} ({size}) by sign-in, upload, queue and Lambda; all confirmed.")
    say(f"2. Stored {kept}, each with the untouched original, a thumbnail, a web view and a record.")
    say(f"3. Restored {plural(restored, 'file')}, each with the same SHA-256 as before.")
    fate = "still running" if kept_stack else "removed"
    say(f"4. It took {seconds:.0f} s on this machine. The demo's cloud is {fate}; your own files were not touched.")
    say("5. Next, back up your own photos: photobak sync ~/Pictures")
    if kept_stack:
        owner = kept_stack.accounts[0]
        say(f"6. See them in the gallery: {gallery}")
        say(f"   Sign in as {owner.username} with the password {owner.password}")
