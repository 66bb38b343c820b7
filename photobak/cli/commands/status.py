"""``photobak status``: the state of the backup."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from photobak.cli.ui.context import Context, pass_context, require_session
from photobak.cli.ui.terminal import json_line, plural

if TYPE_CHECKING:
    from photobak.client.account.session import Session


@click.command(name="status", short_help="Show the state of the backup.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@pass_context
def command(context: Context, as_json: bool) -> None:
    """Show the sign-in, the last sync, the number of stored and pending photos, and the cloud in use.

    \b
    Examples:
      photobak status
      photobak status --json | jq -r .api_url
    """
    session = require_session(context)
    found = {**_account(session), **_index(context, session), **_cloud(session)}
    if as_json:
        json_line(found)
        return
    who = f"{found['email']}, profile {found['profile']}"
    click.echo(f"signed in   as {who}, until {_local(found['signed_in_until'])}")
    click.echo(f"last sync   {_last_sync(found['last_sync'])}")
    click.echo(f"stored      {plural(found['stored'], 'photo')} confirmed in the cloud")
    click.echo(f"pending     {found['pending']:,} uploaded, not confirmed yet")
    click.echo(f"cloud       {found['endpoint_url'] or 'AWS'}, {found['region']}, bucket {found['bucket']}")


def _account(session: "Session") -> dict[str, Any]:
    return {
        "profile": session.profile.name,
        "email": session.tokens.email,
        "identity_id": session.identity_id,
        "signed_in_until": session.ends_at().isoformat(),
    }


def _index(context: Context, session: "Session") -> dict[str, Any]:
    from photobak.client.index.file import index_path
    from photobak.client.index.index import Index

    with Index.open(index_path(context.places, session.profile)) as index:
        counts, last = index.counts(), index.last_run()
    finished_at = datetime.fromtimestamp(last[0], UTC).isoformat(timespec="seconds") if last else None
    return {
        "stored": counts.get("stored", 0) + counts.get("no-preview", 0),
        "pending": counts.get("pending", 0),
        "last_sync": {"finished_at": finished_at, **last[1]} if last else None,
    }


def _cloud(session: "Session") -> dict[str, Any]:
    profile = session.profile
    names = ("api_url", "ws_url", "endpoint_url", "region", "bucket", "table", "contents_table", "client_id")
    return {name: getattr(profile, name) for name in names}


def _local(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone():%Y-%m-%d %H:%M}"


def _last_sync(run: dict[str, Any] | None) -> str:
    if run is None:
        return "never: photobak sync ~/Pictures"
    unsafe = run["failed"] + run["rejected"] + run["pending"]
    verdict = "all safe" if not unsafe else f"{unsafe:,} NOT safe: run photobak sync again"
    return f"{_local(run['finished_at'])}, {plural(run['scanned'], 'file')}, {verdict}"
