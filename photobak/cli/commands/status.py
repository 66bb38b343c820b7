"""``photobak status``: the state of the backup."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context, require_session
from photobak.cli.ui.terminal import is_terminal, json_line, plural, shown
from photobak.errors import PhotobakError

if TYPE_CHECKING:
    from photobak.client.account.session import Session
    from photobak.client.index.proofs import ProofHistory


@click.command(name="status", short_help="Show the state of the backup.")
@click.option("--check", "as_check", is_flag=True, help="For monitoring: print one line; exit with 0 or 3.")
@click.option("--max-age", metavar="AGE", help="With --check, the last backup must be younger: 36h, 2d.")
@click.option(
    "--prometheus",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write metrics for Prometheus's textfile collector to FILE.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@pass_context
def command(context: Context, as_check: bool, max_age: str | None, prometheus: Path | None, as_json: bool) -> None:
    """Show the sign-in, the last sync, how many photos are stored, since when that is confirmed, and the cloud in use.

    The exit code is 3 if photos are not safe, or if the local stack that has them is not running.

    \b
    Examples:
      photobak status
      photobak status --json | jq -r .api_url
      photobak status --check --max-age 2d
    """
    if as_check or prometheus:
        _monitor(context, max_age, prometheus, as_check, as_json)
        return
    found, proofs = _state(context)
    if as_json:
        json_line(found)
        _exit(found)
        return
    who = f"{found['email']}, profile {found['profile']}"
    click.echo(f"signed in   as {who}, until {_local(found['signed_in_until'])}")
    click.echo(f"last sync   {_last_sync(found)}")
    click.echo(f"stored      {plural(found['stored'], 'photo')} confirmed in the cloud")
    click.echo(f"confirmed   {_confirmed(found)}")
    click.echo(f"proofs      {proofs}")
    click.echo(f"pending     {found['pending']:,} uploaded, not confirmed yet")
    if found["deleted"]:
        click.echo(f"deleted     {plural(found['deleted'], 'photo')} of this machine: photobak trash")
    click.echo(f"cloud       {found['endpoint_url'] or 'AWS'}, {found['region']}, bucket {found['bucket']}")
    for problem in found["problems"]:
        click.echo(click.style(f"{found['state']:11} {problem}", **_style(found["state"])))
    _exit(found)


def _state(context: Context) -> "tuple[dict[str, Any], ProofHistory]":
    from photobak.client.index.proofs import Receipts

    session = require_session(context)
    proofs = Receipts.beside_index(context.places, session.profile).history()
    return {**_account(session), **_index(context, session, proofs), **_cloud(session)}, proofs


def _monitor(context: Context, max_age: str | None, metrics: Path | None, as_check: bool, as_json: bool) -> None:
    """Judge the state for a monitoring program; what cannot be read is not ok, too."""
    from photobak.cli.ui.monitoring import Check, check, write_metrics
    from photobak.cli.ui.values import local_zone, parse_since

    oldest_run = parse_since(max_age, datetime.now(UTC), local_zone()) if max_age else None
    found = None
    try:
        found, _ = _state(context)
        judged = check(found, oldest_run)
    except PhotobakError as error:
        judged = Check(False, shown(str(error)))
    if metrics:
        write_metrics(metrics, found["profile"] if found else context.profile or "", found, judged)
    if as_check:
        json_line(judged.to_json()) if as_json else click.echo(judged.line)
        if not judged.ok:
            click.get_current_context().exit(INCOMPLETE)


def _style(state: str) -> dict[str, Any]:
    return {"fg": state} if is_terminal() and "NO_COLOR" not in os.environ else {}


def _exit(found: dict[str, Any]) -> None:
    if found["state"] == "red":
        click.get_current_context().exit(INCOMPLETE)


def _account(session: "Session") -> dict[str, Any]:
    return {
        "profile": session.profile.name,
        "email": session.tokens.email,
        "identity_id": session.identity_id,
        "signed_in_until": session.ends_at().isoformat(),
    }


def _index(context: Context, session: "Session", proofs: "ProofHistory") -> dict[str, Any]:
    from photobak.cli.ui.local_stack import is_down
    from photobak.client.index.file import index_path
    from photobak.client.index.health import Facts, Finding, Level, findings
    from photobak.client.index.index import Index

    with Index.open(index_path(context.places, session.profile)) as index:
        counts, last, facts = index.counts(), index.last_run(), Facts.of(index, len(proofs.failing))
    problems = list(findings(facts, time.time()))
    if is_down(context, session.profile):
        problems.insert(0, Finding(Level.RED, "the local stack is not running", "photobak local up"))
    return {
        "state": max((each.level for each in problems), default=Level.GREEN).name.lower(),
        "problems": [f"{each.what}: {each.next_step}" for each in problems],
        "stored": counts.get("stored", 0) + counts.get("no-preview", 0),
        "pending": counts.get("pending", 0),
        "deleted": counts.get("trashed", 0) + counts.get("forgotten", 0),
        "oldest_confirmation": _iso(facts.oldest_confirmation),
        "proofs": proofs.to_json(),
        "last_sync": {"finished_at": _iso(last[0]), **last[1]} if last else None,
    }


def _iso(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _cloud(session: "Session") -> dict[str, Any]:
    profile = session.profile
    names = ("api_url", "ws_url", "endpoint_url", "region", "bucket", "table", "contents_table", "client_id")
    return {name: getattr(profile, name) for name in names}


def _local(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone():%Y-%m-%d %H:%M}"


def _last_sync(found: dict[str, Any]) -> str:
    run = found["last_sync"]
    if run is None:
        return "never: photobak sync ~/Pictures"
    verdict = "all safe" if found["state"] == "green" and not found["deleted"] else "see below"
    return f"{_local(run['finished_at'])}, {plural(run['scanned'], 'file')}, {verdict}"


def _confirmed(found: dict[str, Any]) -> str:
    oldest = found["oldest_confirmation"]
    return "nothing yet" if oldest is None else f"all since {_local(oldest)}"
