"""``photobak watch``: back up whenever something changes."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from photobak.cli.ui.context import Context, folders_to_back_up, pass_context
from photobak.cli.ui.options import backup_options
from photobak.cli.ui.terminal import is_terminal, say, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photobak.client.files.scan import Root
    from photobak.client.sync.sync import Options
    from photobak.client.watch import Occasions

_EVERY: Final = 300.0
_EVERY_OVER_THE_NETWORK: Final = 60.0


@click.command(name="watch", short_help="Back up folders whenever they change.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@backup_options
@click.option(
    "--every",
    metavar="SECONDS",
    type=click.FloatRange(1),
    help="Also scan at this interval (default: 300; 60 on network file systems).",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each new or changed file, as sync does.")
@pass_context
def command(
    context: Context,
    paths: tuple[Path, ...],
    options: "Options",
    every: float | None,
    as_json: bool,
) -> None:
    """Back up each PATH now, and again whenever something changes there. Press Ctrl-C to stop.

    Without PATH, it watches the folders of `photobak setup`.

    Each photo is printed when the cloud has confirmed it. Failures are retried: no network, a cloud that is down, or
    another photobak at work. Network file systems (NFS, SMB, sshfs) do not report changes made by other machines, so
    they are scanned every minute.

    \b
    Examples:
      photobak watch ~/Pictures
      photobak watch --json ~/Pictures /mnt/nas/photos | jq -r .path
    """
    from photobak.cli.ui.local_stack import session_or_local_stack
    from photobak.cli.ui.sync_view import WatchView
    from photobak.client.account.session import open_session
    from photobak.client.files.scan import distinct_roots
    from photobak.client.index.file import index_path, run_lock
    from photobak.client.index.index import Index
    from photobak.client.sync.sync import Sync
    from photobak.client.watch import Watch

    paths = folders_to_back_up(context, paths)
    roots = distinct_roots(paths)
    profile = session_or_local_stack(context).profile
    view = WatchView(context, as_json)

    def sync() -> bool:
        with run_lock(context.places, profile), Index.open(index_path(context.places, profile)) as index:
            # A session of its own for each run: one that was renewed meanwhile by `photobak login` counts.
            return Sync(open_session(profile, context.places), index, view, options).run(roots).complete

    occasions = _occasions(context, roots)
    if is_terminal() and not context.quiet:
        say(shown(f"Watching {', '.join(map(str, paths))}. Press Ctrl-C to stop."))
    Watch(sync, occasions, every or _default_interval(roots), lambda words: say(shown(f"photobak: {words}"))).run()


def _default_interval(roots: "Sequence[Root]") -> float:
    from photobak.platform.mounts import mounts_here, network_file_system

    mounts = mounts_here()
    remote = any(network_file_system(root.path.resolve(), mounts) for root in roots)
    return _EVERY_OVER_THE_NETWORK if remote else _EVERY


def _occasions(context: Context, roots: "Sequence[Root]") -> "Occasions":
    from photobak.client.watch import Changes, Interval

    try:
        return Changes(
            roots, own=(context.places.state, context.places.config, context.places.cache, context.places.log)
        )
    except OSError as error:
        say(shown(f"photobak: file notifications are unavailable ({error}); polling instead"))
        return Interval()
