"""``photobak selftest``: does this cloud do what photobak relies on?"""

import tempfile
from pathlib import Path

import click

from photobak.cli.ui.context import Context, pass_context, require_session
from photobak.cli.ui.terminal import json_line, say


@click.command(name="selftest", short_help="Prove that your cloud does what photobak relies on.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each check.")
@pass_context
def command(context: Context, as_json: bool) -> None:
    """Upload one generated photo, check it everywhere, try what must be refused, and put the photo into the trash.

    Exits 1 where the cloud differs from what AWS documents. It costs less than a cent.

    \b
      photobak selftest
    """
    from photobak.client.selftest import Selftest, Verdict, noise

    session = require_session(context)
    with tempfile.TemporaryDirectory() as folder:
        photo = noise(Path(folder))
    differing = 0
    for finding in Selftest(session, photo).run():
        differing += finding.verdict is Verdict.DIFFERS
        if as_json:
            json_line({"behaviour": finding.behaviour, "verdict": finding.verdict.value, "seen": finding.seen})
        else:
            seen = f": {finding.seen}" if finding.verdict is Verdict.DIFFERS else ""
            click.echo(f"{finding.verdict.value:24} {finding.behaviour}{seen}")
    if differing:
        say(f"{differing} of them differ: please report it, with this list.")
        click.get_current_context().exit(1)
