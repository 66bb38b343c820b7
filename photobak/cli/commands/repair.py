"""``photobak repair``: bring back what the cloud has lost."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context, require_session
from photobak.cli.ui.options import ReadDataCommand, parse_percent, read_data_option, wait_lock_option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from photobak.client.account.session import Session
    from photobak.client.files.scan import Root
    from photobak.client.repair.judge import Repaired


@click.command(name="repair", cls=ReadDataCommand, short_help="Repair damage to the backup.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@read_data_option("Also read originals, or the given percentage, and replace damaged ones.")
@click.option("--dry-run", is_flag=True, help="Show the problems; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per photo, then a summary.")
@wait_lock_option
@pass_context
def command(context: Context, paths: tuple[Path, ...], read_data: str | None, dry_run: bool, as_json: bool) -> None:
    """Restore lost or damaged records, previews and originals in the cloud.

    The tables, the gallery's timeline and the index of albums are rebuilt from the bucket. Deleted or overwritten
    objects are restored from older versions, and previews are generated again. Originals without a good version are
    uploaded from this machine, and so is every file below PATH that is missing in the cloud. Originals that failed a
    proof (`photobak prove`) are read, too. The exit code is 3 if something could not be repaired.

    \b
    Examples:
      photobak repair
      photobak repair --dry-run
      photobak repair ~/Pictures
    """
    from photobak.cli.ui.outcomes import RepairView
    from photobak.client.files.scan import distinct_roots
    from photobak.client.repair.albums import AlbumRepair
    from photobak.client.repair.timeline import TimelineRepair

    percent, roots = parse_percent(read_data), distinct_roots(paths)
    session = require_session(context)
    view, timeline, albums = RepairView(context, as_json), TimelineRepair(session), AlbumRepair(session)
    for outcome in _repaired(context, session, roots, percent, dry_run):
        view.tell(outcome)
    for month in timeline.rehearse() if dry_run else timeline.repair():
        view.tell_month(month)
    for album in albums.rehearse() if dry_run else albums.repair():
        view.tell_album(album)
    if view.conclude():
        click.get_current_context().exit(INCOMPLETE)


def _repaired(
    context: Context, session: "Session", roots: "Sequence[Root]", percent: float | None, dry_run: bool
) -> "Iterator[Repaired]":
    """Repair the cloud first: files that look lost may only be missing in its tables."""
    from photobak.cli.ui.values import local_zone
    from photobak.client.index.file import index_path, run_lock
    from photobak.client.index.index import Index
    from photobak.client.index.proofs import Receipts
    from photobak.client.repair.judge import Repaired, RepairResult
    from photobak.client.repair.local_files import LocalRepair
    from photobak.client.repair.repairer import Repairer

    with (
        run_lock(context.places, session.profile, context.wait_lock),
        Index.open(index_path(context.places, session.profile)) as index,
    ):
        suspected = frozenset(Receipts.beside_index(context.places, session.profile).history().failing)
        repairer, files = Repairer(session, index, percent, suspected), LocalRepair(session, index, local_zone())
        if dry_run:
            yield from repairer.rehearse()
            for problem in files.missing(roots):
                yield Repaired(problem.sha256, RepairResult.WOULD_REPAIR, (problem,), path=str(problem.path))
            return
        yield from repairer.repair()
        told = set()
        for outcome in files.send(roots) if roots else ():
            told.add(outcome.sha256)
            yield outcome
        yield from (outcome for outcome in repairer.send() if outcome.reason or outcome.sha256 not in told)
