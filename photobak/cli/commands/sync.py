"""``photobak sync``: back up."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from photobak.cli.ui.context import INCOMPLETE, Context, folders_to_back_up, pass_context
from photobak.cli.ui.options import backup_options, wait_lock_option
from photobak.errors import CloudError

if TYPE_CHECKING:
    from photobak.client.account.session import Session
    from photobak.client.index.index import Index
    from photobak.client.sync.sync import Options


@click.command(name="sync", short_help="Back up photos.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would be uploaded; upload nothing.")
@backup_options
@click.option(
    "--rehash", is_flag=True, help="Re-read every file, even if its size and mtime are unchanged; finds bit rot."
)
@click.option("--recheck", is_flag=True, help="Ask the cloud again for everything that it has confirmed.")
@click.option(
    "--prove",
    metavar="N",
    type=click.IntRange(0, 1000),
    default=0,
    help="Then read back N random originals; see prove.",
)
@click.option("--limit", metavar="N", type=click.IntRange(1), help="Upload at most N new photos, newest first.")
@click.option("--no-wait", is_flag=True, help="Do not wait for the cloud to confirm the uploads.")
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(1),
    help="Stop waiting after this long without a confirmation (default: 600).",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print a JSON object for each new or changed file, then a summary."
)
@wait_lock_option
@pass_context
def command(
    context: Context,
    paths: tuple[Path, ...],
    options: "Options",
    dry_run: bool,
    rehash: bool,
    recheck: bool,
    prove: int,
    limit: int | None,
    no_wait: bool,
    timeout: float | None,
    as_json: bool,
) -> None:
    """Back up photos, videos and their sidecars below each PATH; without PATH, the folders of `photobak setup`.

    Files that are backed up and unchanged are not read again. A photo counts as backed up once the cloud has confirmed
    it: its bytes were hashed there, the original is stored, and its record is written.

    --rehash reports a file as damaged if its contents changed but its timestamps did not; the backup is left as it is.
    --limit picks the files modified last; a photo and its video, raw file or sidecars count as one.

    Each run asks the cloud for what has changed there and for the oldest confirmations; a week of nightly runs asks for
    all of them, --recheck at once. What the cloud has lost is uploaded again. What its owner has deleted is reported.

    A file named .photobakignore excludes files below its folder; it has the syntax of .gitignore.

    \b
    Examples:
      photobak sync
      photobak sync ~/Pictures
      photobak sync --dry-run --exclude '*.png' ~/Pictures /media/card
      photobak sync --limit 500 ~/Pictures
    """
    from photobak.cli.ui.local_stack import session_or_local_stack
    from photobak.cli.ui.sync_view import sync_view
    from photobak.cli.ui.terminal import say, shown
    from photobak.client.files.scan import distinct_roots, existing
    from photobak.client.index.file import index_path, run_lock
    from photobak.client.index.index import Index
    from photobak.client.sync.sync import Sync

    found, missing = existing(folders_to_back_up(context, paths))
    for error in missing:
        say(f"photobak: {shown(str(error))}")
    roots = distinct_roots(found)
    options = replace(
        options, rehash=rehash, recheck=recheck, limit=limit, wait=not no_wait, timeout=timeout or options.timeout
    )
    session = session_or_local_stack(context)
    path = index_path(context.places, session.profile)
    with (
        run_lock(context.places, session.profile, context.wait_lock),
        Index.open(path) as index,
        sync_view(context, as_json) as view,
    ):
        if index.begun_anew:
            say(f"The index {index.begun_anew}: every file is read again, none is uploaded twice.")
        sync = Sync(session, index, view, options)
        failed_proofs = 0
        try:
            summary = sync.rehearse(roots) if dry_run else sync.run(roots)
            if prove and not dry_run:
                failed_proofs, summary.proofs_not_made = _prove(context, session, index, prove, as_json)
        except KeyboardInterrupt:
            raise view.interrupted() from None
        finally:  # after an interruption or an error, too: people want to know what is safe
            view.conclude(sync.summary)
    if missing or failed_proofs or not summary.complete:
        click.get_current_context().exit(INCOMPLETE)


def _prove(context: Context, session: "Session", index: "Index", count: int, as_json: bool) -> tuple[int, str]:
    """Read originals back; returns how many are lost or damaged, and why the cloud could not be asked, if so."""
    from photobak.cli.ui.outcomes import ProofView
    from photobak.client.index.proofs import Receipts
    from photobak.client.verify.prove import Prover

    prover = Prover(session, index, Receipts.beside_index(context.places, session.profile))
    view, not_made = ProofView(context, as_json, brief=True), ""
    try:
        for proof in prover.prove(count):
            view.tell(proof)
    except CloudError as error:  # what the run has confirmed stays true, so it has not failed; the next one tries again
        not_made = error.summary
    return view.counts["failed"], not_made
