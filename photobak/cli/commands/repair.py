"""``photobak repair``: bring back what the cloud has lost."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context, require_session
from photobak.cli.ui.options import ReadDataCommand, parse_percent, read_data_option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from photobak.client.account.session import Session
    from photobak.client.files.scan import Root
    from photobak.client.repair.judge import Repaired


@click.command(name="repair", cls=ReadDataCommand, short_help="Bring back what the cloud has lost.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@read_data_option("Read the originals too, or so many in a hundred, and replace those whose bytes are wrong.")
@click.option("--dry-run", is_flag=True, help="Say what is wrong, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each photo, then a summary.")
@pass_context
def command(context: Context, paths: tuple[Path, ...], read_data: str | None, dry_run: bool, as_json: bool) -> None:
    """Bring back records, previews and originals that the cloud has lost, from what it still has.

    The tables are an index of the bucket and are made anew from it. Objects that were deleted or overwritten come back
    from older versions; previews are made anew. What has no good version any more is sent from this machine, and with
    a PATH so is all below it that the cloud doesn't have. Ends with exit code 3 where something could not be repaired.

    \b
      photobak repair
      photobak repair --dry-run
      photobak repair ~/Pictures
    """
    from photobak.cli.ui.outcomes import RepairView
    from photobak.client.files.scan import distinct_roots

    percent, roots = parse_percent(read_data), distinct_roots(paths)
    session = require_session(context)
    view = RepairView(context, as_json)
    for outcome in _repaired(context, session, roots, percent, dry_run):
        view.tell(outcome)
    if view.conclude():
        click.get_current_context().exit(INCOMPLETE)


def _repaired(
    context: Context, session: "Session", roots: "Sequence[Root]", percent: float | None, dry_run: bool
) -> "Iterator[Repaired]":
    """The cloud by itself first: files that look lost may only be unknown to its tables."""
    from photobak.cli.ui.values import local_zone
    from photobak.client.index.file import index_path, run_lock
    from photobak.client.index.index import Index
    from photobak.client.repair.judge import Repaired, RepairResult
    from photobak.client.repair.local_files import LocalRepair
    from photobak.client.repair.repairer import Repairer

    with run_lock(context.places, session.profile), Index.open(index_path(context.places, session.profile)) as index:
        repairer, files = Repairer(session, index, percent), LocalRepair(session, index, local_zone())
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
