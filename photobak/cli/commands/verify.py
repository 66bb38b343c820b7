"""``photobak verify``: prove that the backup is there."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context, require_session
from photobak.cli.ui.options import ReadDataCommand, parse_percent, read_data_option
from photobak.cli.ui.terminal import bytes_text, json_line, plural, say, shown

if TYPE_CHECKING:
    from photobak.client.verify.judge import Problem


@click.command(name="verify", cls=ReadDataCommand, short_help="Verify that the backup is complete and intact.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@read_data_option("Also read and hash all data, or the given percentage of files (AWS charges for the download).")
@click.option("--checksums", is_flag=True, help="Compare the checksums stored by S3; downloads nothing.")
@click.option("--include", metavar="GLOB", multiple=True, help="Check only files that match (gitignore syntax).")
@click.option("--exclude", metavar="GLOB", multiple=True, help="Skip files and folders that match (gitignore syntax).")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per problem, then a summary.")
@pass_context
def command(
    context: Context,
    paths: tuple[Path, ...],
    read_data: str | None,
    checksums: bool,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    as_json: bool,
) -> None:
    """Verify that the cloud is consistent, and that every file below each PATH is backed up.

    Every photo must have a record in both tables, an original of the right size, its previews, and a copy of its record
    in the bucket. Without PATH, all that this machine has backed up must still be in the cloud. With --read-data,
    all data or a random sample is read and hashed; with a PATH, only that of the photos below it.

    Each problem names the command that repairs it. Photos deleted elsewhere are a problem until
    `photobak trash accept`. The exit code is 3 if there is any problem.

    \b
    Examples:
      photobak verify ~/Pictures
      photobak verify --read-data
      photobak verify --read-data 5
      photobak verify ~/Pictures --json | jq -r 'select(.problem == "not-backed-up").path'
    """
    from photobak.client.files.scan import Filters, distinct_roots
    from photobak.client.index.file import index_path
    from photobak.client.index.index import Index
    from photobak.client.verify.verifier import Depth, Verifier

    depth = Depth(parse_percent(read_data), checksums)
    roots, filters = distinct_roots(paths), Filters.of(include, exclude)
    session = require_session(context)
    with Index.open(index_path(context.places, session.profile)) as index:
        verifier = Verifier(session, index, filters, depth)
        for problem in verifier.problems(roots):
            _print(problem, as_json)
        summary = verifier.summary()
    if as_json:
        json_line(summary)
    if summary["problems"] or not (as_json or context.quiet):
        say(_conclusion(summary))
    if summary["problems"]:
        click.get_current_context().exit(INCOMPLETE)


def _print(problem: "Problem", as_json: bool) -> None:
    from photobak.client.verify.cures import cure_of

    entry, cure = problem.to_json(), cure_of(problem)
    if as_json:
        json_line({**entry, "cure": cure.command})
        return
    photo = problem.sha256[:12] if problem.sha256 else "-"
    reason = shown(f"{problem.reason}; {cure}")
    click.echo(f"{problem.kind.value:15}  {photo:12}  {shown(entry['path'] or '-')}: {reason}")


def _conclusion(summary: dict[str, Any]) -> str:
    """What was checked, and the number of problems."""
    seen = [plural(summary["photos"], "photo"), plural(summary["objects"], "object")]
    if summary["files"]:
        seen.insert(0, plural(summary["files"], "local file"))
    if summary["confirmations"]:
        seen.insert(0, plural(summary["confirmations"], "confirmation"))
    if summary["deleted"]:
        seen.append(f"{plural(summary['deleted'], 'file')} deleted from the cloud (photobak trash)")
    if summary["read"]:
        seen.append(f"{bytes_text(summary['bytes_read'])} read and hashed")
    if summary["checksums"] or summary["without_checksum"]:
        seen.append(f"{plural(summary['checksums'], 'checksum')} compared")
    if summary["without_checksum"]:
        seen.append(f"{summary['without_checksum']:,} without a checksum in S3 (--read-data reads them)")
    if summary["frozen"]:
        seen.append(f"{summary['frozen']:,} archived and not read")
    found = ", ".join(seen)
    if not summary["problems"]:
        return f"No problems found: {found}."
    return f"{plural(summary['problems'], 'problem')} in {found}."
