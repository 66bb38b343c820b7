"""``photobak prove``: read a few originals back and hash them."""

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context, require_session
from photobak.cli.ui.terminal import json_line, plural, say


@click.command(name="prove", short_help="Read a few random originals back and check them.")
@click.option("--count", metavar="N", type=click.IntRange(1, 1000), default=2, help="Read N originals (default: 2).")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per original, then a summary.")
@pass_context
def command(context: Context, count: int, as_json: bool) -> None:
    """Prove that the backup can be restored: download a few random originals, hash them, and keep a receipt.

    Originals that failed the last time are read again first. Originals above 200 MB and those archived in Glacier are
    skipped. `photobak status` shows all proofs so far, and `photobak cost` what two per night cost.

    The exit code is 3 if an original is lost or damaged.

    \b
    Examples:
      photobak prove
      photobak prove --count 20
    """
    from photobak.cli.ui.outcomes import ProofView
    from photobak.client.index.file import index_path
    from photobak.client.index.index import Index
    from photobak.client.index.proofs import Receipts
    from photobak.client.verify.prove import Prover

    session = require_session(context)
    receipts = Receipts.beside_index(context.places, session.profile)
    view = ProofView(context, as_json)
    with Index.open(index_path(context.places, session.profile)) as index:
        for proof in Prover(session, index, receipts).prove(count):
            view.tell(proof)
    counts = view.counts
    history = receipts.history()
    if as_json:
        numbers = {name: counts[name] for name in ("proved", "failed", "skipped")}
        json_line({"type": "summary", **numbers, "since": history.to_json()["since"]})
    elif not context.quiet:
        if not counts:
            say("Nothing is confirmed on this machine yet: photobak sync PATH")
        else:
            skipped = f", {counts['skipped']:,} skipped" if counts["skipped"] else ""
            say(f"{plural(counts['proved'], 'original')} proved{skipped}. In all: {history}.")
    if counts["failed"]:
        click.get_current_context().exit(INCOMPLETE)
