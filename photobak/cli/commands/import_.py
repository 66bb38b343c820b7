"""``photobak import``: bring photos from another service or program, with what it knows of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context
from photobak.cli.ui.options import ReadDataCommand, parse_percent, read_data_option, wait_lock_option
from photobak.errors import FreshSignInNeeded, WrongUsage

if TYPE_CHECKING:
    from photobak.client.account.session import Session
    from photobak.client.imports.archive.interface import Archive
    from photobak.client.imports.export import Export
    from photobak.client.imports.report import ImportReport, Mode
    from photobak.client.index.index import Index
    from photobak.client.verify.stored_bytes import Sample


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What the options ask for."""

    dry_run: bool
    check: bool
    read_data: str | None
    report: Path | None
    jobs: int | None
    limit_rate: str | None
    timezone: str | None
    as_json: bool


_OPTIONS: Final = (
    click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path)),
    click.option("--dry-run", is_flag=True, help="Read everything, upload nothing, and print what would be imported."),
    click.option("--check", is_flag=True, help="Upload nothing; prove that the cloud has everything in the export."),
    read_data_option("With --check: also read back and hash all originals, or this percentage of them."),
    click.option("--report", metavar="FILE.html", type=click.Path(path_type=Path), help="Write a report to keep."),
    click.option("--jobs", metavar="N", type=click.IntRange(1, 64), help="Upload up to N files at once (default: 8)."),
    click.option("--limit-rate", metavar="RATE", help="Limit uploads to this many bytes a second: 500k, 2M."),
    click.option("--timezone", metavar="ZONE", help="Time zone of photos that have none: Europe/Lisbon."),
    click.option("--json", "as_json", is_flag=True, help="Print a JSON object per file, then a summary."),
    wait_lock_option,
)


def _import_command(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of every import, and hand it what they ask for as ``wishes``."""

    @pass_context
    @wraps(function)
    def with_options(context: Context, /, paths: tuple[Path, ...], **options: Any) -> None:
        function(context, paths, _Wishes(**options))

    decorated: Callable[..., None] = with_options
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


@click.group(name="import", short_help="Import from Google Photos, iCloud or folders with sidecars.")
def command() -> None:
    """Import photos from another service or program, with dates, places, descriptions, favorites and people.

    Archives are read where they are, without unpacking them. Importing again uploads nothing twice, and adds what a
    more complete export knows. --check proves later that everything is stored; the exit code is 3 if anything isn't.

    \b
    Examples:
      photobak import takeout ~/Downloads/takeout-*.zip
      photobak import takeout --check --read-data 5 ~/Downloads/takeout-*.zip
      photobak import icloud ~/Downloads/iCloud*.zip
      photobak import folder ~/Pictures/digikam
    """


@command.command(name="takeout", cls=ReadDataCommand, short_help="Import a Google Takeout.")
@_import_command
def takeout(context: Context, paths: tuple[Path, ...], wishes: _Wishes) -> None:
    """Import a Google Takeout: its zip or tgz files, in any order, or the folder they were unpacked to.

    Name all parts at once: a photo and the JSON that describes it may be in different parts. Photos in Google's trash
    stay out. When dates disagree, the one in Google Photos is taken, and both are kept.

    \b
    Examples:
      photobak import takeout ~/Downloads/takeout-*.zip
      photobak import takeout --dry-run --report takeout.html ~/Downloads/takeout-*.tgz
    """
    from photobak.client.imports.takeout.export import read_takeout

    _import(context, "Takeout", read_takeout, paths, wishes)


@command.command(name="icloud", cls=ReadDataCommand, short_help="Import an iCloud Photos export.")
@_import_command
def icloud(context: Context, paths: tuple[Path, ...], wishes: _Wishes) -> None:
    """Import a copy of iCloud Photos from privacy.apple.com: its zip files, or the folder they were unpacked to.

    Photos in Recently Deleted stay out.

    \b
    Example:
      photobak import icloud ~/Downloads/iCloud*.zip
    """
    from photobak.client.imports.icloud.export import read_icloud

    _import(context, "iCloud export", read_icloud, paths, wishes)


@command.command(name="folder", cls=ReadDataCommand, short_help="Import folders with sidecars.")
@_import_command
def folder(context: Context, paths: tuple[Path, ...], wishes: _Wishes) -> None:
    """Import folders of photos with sidecars: XMP of digiKam, Lightroom, darktable or Immich, JSON of osxphotos.

    Sidecars are kept, too. What a sidecar says wins over the photo's own metadata.

    \b
    Example:
      photobak import folder ~/Pictures/digikam
    """
    from photobak.client.imports.folder import read_folders

    _import(context, "folder", read_folders, paths, wishes)


def _import(
    context: Context,
    name: str,
    read: "Callable[[Sequence[Archive]], Export]",
    paths: Sequence[Path],
    wishes: _Wishes,
) -> None:
    from photobak.cli.ui.import_view import tell_report, write_report
    from photobak.cli.ui.local_stack import session_or_local_stack
    from photobak.cli.ui.sign_in import repeat_after_fresh_sign_in
    from photobak.client.imports.archive.opening import open_archives
    from photobak.client.imports.report import ImportReport
    from photobak.client.index.file import imports_path, run_lock
    from photobak.client.index.index import Index

    sample = _sample(wishes)
    archives, unopened = open_archives(paths)
    session = session_or_local_stack(context)
    with (
        run_lock(context.places, session.profile, context.wait_lock),
        Index.open(imports_path(context.places, session.profile)) as index,
    ):
        export = read(archives)
        export.problems += unopened

        def attempt() -> ImportReport:
            report = ImportReport(name, [str(archive.path) for archive in archives], _mode(wishes))
            _run(context, session, index, export, report, sample, wishes)
            return report

        report = repeat_after_fresh_sign_in(context, session, attempt)
    tell_report(report, wishes.as_json)
    if wishes.report is not None:
        write_report(report, wishes.report)
    if not report.everything_is_safe:
        click.get_current_context().exit(INCOMPLETE)


def _run(
    context: Context,
    session: "Session",
    index: "Index",
    export: "Export",
    report: "ImportReport",
    sample: "Sample | None",
    wishes: _Wishes,
) -> None:
    """Import, rehearse or check an export, and complete the report."""
    from photobak.cli.ui.import_view import import_view
    from photobak.client.imports.report import Mode
    from photobak.client.imports.run import Import, would_upload
    from photobak.client.verify.export_check import ExportChecker

    with import_view(context, wishes.as_json, report) as view:
        run, checker = Import(session, index, view, _import_options(context, wishes)), ExportChecker(session, sample)
        judges = {Mode.CHECK: checker.check, Mode.REHEARSAL: would_upload}
        try:
            summary = run.run(export) if report.mode is Mode.IMPORT else run.inspect(export, judges[report.mode])
        except KeyboardInterrupt:
            raise view.interrupted() from None
        except FreshSignInNeeded as error:
            why = f"many stored photos get the dates of the export; {view.so_far}"
            step = f"Type: {session.login_command}, then run the same import again, which continues"
            raise FreshSignInNeeded(error.what, why=why, next_step=step) from error
    report.complete(export, summary, run.disagreements)
    report.originals_read, report.bytes_read = checker.read, checker.bytes_read


def _mode(wishes: _Wishes) -> "Mode":
    from photobak.client.imports.report import Mode

    if wishes.check:
        return Mode.CHECK
    return Mode.REHEARSAL if wishes.dry_run else Mode.IMPORT


def _sample(wishes: _Wishes) -> "Sample | None":
    """Which originals ``--check`` reads back.

    Raises:
        WrongUsage: the options contradict each other, or the percentage is none.
    """
    from photobak.client.verify.stored_bytes import Sample

    percent = parse_percent(wishes.read_data)
    if wishes.check and wishes.dry_run:
        raise WrongUsage("--check and --dry-run exclude each other", next_step="Neither of them uploads anything")
    if percent is not None and not wishes.check:
        raise WrongUsage("--read-data needs --check")
    return None if percent is None else Sample.with_random_start(percent)


def _import_options(context: Context, wishes: _Wishes) -> Any:
    from photobak.cli.ui.values import parse_rate, parse_zone
    from photobak.client.files.examine import this_device
    from photobak.client.imports.run import ImportOptions
    from photobak.client.upload.stages import UploadOptions

    limits = context.settings.limits
    rate = parse_rate(wishes.limit_rate) or limits.rate
    uploads = UploadOptions(wishes.jobs or limits.jobs, bytes_per_second=rate)
    return ImportOptions(this_device(), parse_zone(wishes.timezone), uploads)
