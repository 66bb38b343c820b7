"""``photobak whoami``: who is signed in, where, and until when."""

import click

from photobak.cli.ui.context import Context, pass_context, require_session
from photobak.cli.ui.terminal import json_line


@click.command(name="whoami", short_help="Show who is signed in.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@pass_context
def command(context: Context, as_json: bool) -> None:
    """Show who is signed in, to which cloud, and until when.

    \b
    Examples:
      photobak whoami
      photobak whoami --json | jq -r .identity_id
    """
    session = require_session(context)
    ends_at = session.ends_at().astimezone()
    if as_json:
        found = {
            "email": session.tokens.email,
            "subject": session.tokens.subject,
            "identity_id": session.identity_id,
            "profile": session.profile.name,
            "region": session.profile.region,
            "ends_at": ends_at.isoformat(timespec="seconds"),
            "kept_in": session.kept_in,
        }
        json_line(found)
        return
    where = "the local stack" if session.profile.is_local else session.profile.region
    click.echo(f"{session.tokens.email}  (profile {session.profile.name}, {where})")
    click.echo(f"identity   {session.identity_id}")
    click.echo(f"signed in  until {ends_at:%Y-%m-%d}, kept in {session.kept_in}")
