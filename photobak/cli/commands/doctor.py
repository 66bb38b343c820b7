"""``photobak doctor``: find out what is wrong, and how to cure it."""

from pathlib import Path

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context
from photobak.cli.ui.terminal import json_line, plural, say, shown


@click.command(name="doctor", short_help="Find problems, and the commands that fix them.")
@click.option(
    "--bundle",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write a support file, without secrets and names of photos.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per check, then a summary.")
@pass_context
def command(context: Context, bundle: Path | None, as_json: bool) -> None:
    """Check this machine, the connection to the cloud, the sign-in, the schedule and the backup.

    Each problem is printed with the command that fixes it. Nothing is changed. With AWS credentials, the stack in your
    AWS account is also checked. The exit code is 3 if there is a problem.

    \b
    Examples:
      photobak doctor
      photobak doctor --json | jq -r 'select(.ok == false) | .cure'
      photobak doctor --bundle support.txt
    """
    from photobak.cli.ui.doctor import examine

    results = []
    for result in examine(context):
        results.append(result)
        if as_json:
            json_line(result.to_json())
        elif not (context.quiet and result.ok):
            click.echo(shown(f"{'ok' if result.ok else 'WRONG':6} {result.check:13} {result.detail}"))
            if not result.ok:
                click.echo(shown(f"{'':6} {'':13} cure: {result.cure}"))
    failed = sum(not result.ok for result in results)
    if as_json:
        json_line({"type": "summary", "checks": len(results), "failed": failed, "ok": not failed})
    elif not context.quiet:
        say(f"{plural(failed, 'problem')} in {plural(len(results), 'check')}." if failed else "All is well.")
    if bundle:
        from photobak.cli.ui.support_file import write_support_file

        write_support_file(context, bundle, results)
        say(f"Wrote {bundle}. Read it before you send it to anyone.")
    if failed:
        click.get_current_context().exit(INCOMPLETE)
