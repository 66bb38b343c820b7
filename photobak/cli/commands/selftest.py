"""``photobak selftest``: check that a cloud behaves as photobak expects."""

import tempfile
from pathlib import Path

import click

from photobak.cli.ui.context import Context, pass_context, require_session
from photobak.cli.ui.terminal import json_line, plural, say


@click.command(name="selftest", short_help="Check that your cloud behaves as photobak expects.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per check.")
@pass_context
def command(context: Context, as_json: bool) -> None:
    """Check that your cloud behaves as AWS documents and photobak expects.

    It uploads a generated photo, checks what becomes of it, tries requests that must be refused, and moves the photo to
    the trash. It costs less than a cent. The exit code is 1 if a check fails.

    \b
    Example:
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
        say(f"{plural(differing, 'check')} failed. Please report it with this list.")
        click.get_current_context().exit(1)
