"""``photobak free``: make room on the disk."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context, require_session
from photobak.cli.ui.options import wait_lock_option
from photobak.cli.ui.terminal import bytes_text, json_line, plural, say, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from photobak.client.free.judge import FreeOutcome


@click.command(name="free", short_help="Make room: move backed-up files to the trash of this machine.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--older-than", "age", metavar="AGE", required=True, help="Only photos taken longer ago: 1y, 6m, 90d.")
@click.option("--yes", is_flag=True, help="Move the files; without it, only show which.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per file, then a summary.")
@wait_lock_option
@pass_context
def command(context: Context, paths: tuple[Path, ...], age: str, yes: bool, as_json: bool) -> None:
    """Move files below each PATH to the trash of this machine, if the cloud has just proved to have their originals.

    A file is moved only if it is unchanged since its backup, its photo is stored and not deleted, and its original was
    downloaded and hashed in this run (AWS charges for the download). Symbolic links, files with hard links and files of
    other users stay. A photo and its video, raw file and sidecars are moved together or not at all.

    The photos stay in the cloud, and later runs do not report them as deleted. To put them back where they were, use
    `photobak get --layout source`. Nothing is moved without --yes.

    \b
    Examples:
      photobak free ~/Pictures --older-than 1y
      photobak free ~/Pictures --older-than 1y --yes
    """
    from photobak.cli.ui.values import local_zone, parse_since
    from photobak.client.files.scan import distinct_roots, existing
    from photobak.client.free.freer import Freer, freed_list_path
    from photobak.client.index.file import index_path, run_lock
    from photobak.client.index.index import Index
    from photobak.platform.trash import move_to_trash

    cutoff = parse_since(age, datetime.now(UTC), local_zone())
    found, missing = existing(paths)
    for error in missing:
        say(f"photobak: {shown(str(error))}")
    roots = distinct_roots(found)
    session = require_session(context)
    profile, places = session.profile, context.places
    if profile.is_local:
        say("This cloud is the local stack on this machine: freeing files makes no room, and leaves one copy.")
    freed_list = freed_list_path(places, profile)
    with run_lock(places, profile, context.wait_lock), Index.open(index_path(places, profile)) as index:
        freer = Freer(session, index, freed_list, cutoff, move_to_trash)
        emptied = freer.emptied(roots)
        failed = _tell(context, freer.free(roots) if yes else freer.rehearse(roots), as_json, freed_list)
    for path in emptied:
        say(shown(f"{path} is empty, but files were backed up from it. Is its disk mounted?"))
    if missing or emptied or failed:
        click.get_current_context().exit(INCOMPLETE)


def _tell(context: Context, outcomes: "Iterable[FreeOutcome]", as_json: bool, freed_list: Path) -> int:
    """Print each file as it is moved or kept, then the totals; return the number of failures."""
    from photobak.client.free.judge import FreeResult

    counts: Counter[FreeResult] = Counter()
    reasons: Counter[str] = Counter()
    size = failed = 0
    try:
        for outcome in outcomes:
            counts[outcome.result] += 1
            failed += outcome.failed
            if outcome.result is FreeResult.KEPT:
                reasons[outcome.reason] += 1
            else:
                size += outcome.size
            if as_json:
                json_line(outcome.to_json())
            elif outcome.failed or outcome.result is not FreeResult.KEPT or context.verbosity > 0:
                note = f": {outcome.reason}" if outcome.reason else ""
                click.echo(shown(f"{outcome.result.value:10} {outcome.path}{note}"))
    finally:  # after an interruption, too: people want to know what was moved
        freed, would = counts[FreeResult.FREED], counts[FreeResult.WOULD_FREE]
        if as_json:
            numbers = {"freed": freed, "kept": counts[FreeResult.KEPT], "would_free": would, "bytes": size}
            json_line({"type": "summary", **numbers})
        elif not context.quiet:
            for reason, count in reasons.most_common(5):
                say(f"{plural(count, 'file')} kept: {reason}.")
            if freed:
                say(f"Moved {plural(freed, 'file')} to the trash, {bytes_text(size)}; listed in {freed_list}.")
            elif would:
                say(f"{plural(would, 'file')} would be moved to the trash, {bytes_text(size)}; add --yes to do it.")

            else:
                say("There is nothing to free.")
    return failed
