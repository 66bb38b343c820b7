"""The state of the backup, as this machine knows it: works offline, and imports little, since people wait for it."""

import os
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from photobak.cli.ui.context import Context, require_session
from photobak.cli.ui.terminal import plural
from photobak.client.index.health import Facts, Finding, Level, findings, schedule_findings, sign_in_findings, stored
from photobak.client.index.index import Index
from photobak.client.index.proofs import Receipts
from photobak.errors import CloudError

if TYPE_CHECKING:
    from photobak.client.account.session import Session
    from photobak.client.index.health import Stored
    from photobak.client.scheduled import Schedule

_PROFILE: Final = ("api_url", "ws_url", "endpoint_url", "region", "bucket", "table", "contents_table", "client_id")
_WAITING: Final = ("failed", "rejected", "lost", "emptied")
"""Counts of a run's summary that are files not backed up, besides those that are pending."""

NOTHING_YET: Final = Finding(Level.YELLOW, "nothing is backed up yet", "photobak sync")


def state_of(context: Context) -> dict[str, Any]:
    """Everything that ``status --json`` prints (docs/schemas/status.schema.json).

    Raises:
        ConfigError: there is no profile.
        SignInNeeded: nobody is signed in.
    """
    session = require_session(context)
    profile = session.profile
    schedule = _schedule(context)
    now = datetime.now().astimezone()
    return {
        **_account(session),
        **_index(context, session, schedule, now),
        "schedule": _schedule_json(schedule, now),
        **{name: getattr(profile, name) for name in _PROFILE},
    }


def lines(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The state for people: a label and a text each; the first label is the colour."""
    yield found["state"], _headline(found)
    for each in found["findings"]:
        yield f"! {each['level']}", f"{each['what']}: {each['next_step']}"
    yield "last run", _last_sync(found)
    yield "next run", _next_run(found["schedule"])
    yield "waiting", _waiting(found)
    yield "proofs", _proofs(found["proofs"])
    if found["freed"]:
        yield "freed", f"{plural(found['freed'], 'file')} in the cloud only: photobak get --layout source"
    if found["deleted"]:
        yield "trash", f"{plural(found['deleted'], 'photo')} of this machine deleted: photobak trash"
    yield "signed in", f"as {found['email']}, profile {found['profile']}, until {_local(found['signed_in_until'])}"
    yield "cost", _cost(found["cost"])
    yield "cloud", f"{found['endpoint_url'] or 'AWS'}, {found['region']}, bucket {found['bucket']}"


def _account(session: "Session") -> dict[str, Any]:
    try:
        identity: str | None = session.identity_id
    except CloudError:  # offline, and never asked before
        identity = None
    return {
        "profile": session.profile.name,
        "email": session.tokens.email,
        "identity_id": identity,
        "signed_in_until": session.ends_at().isoformat(),
    }


def _index(context: Context, session: "Session", schedule: "Schedule | None", now: datetime) -> dict[str, Any]:
    from photobak.client.index.file import index_path

    proofs = Receipts.beside_index(context.places, session.profile).history()
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    with Index.open(index_path(context.places, session.profile)) as index:
        counts, last, facts = index.counts(), index.last_run(), Facts.of(index, len(proofs.failing))
        freed = index.freed()
        library = stored(index, month.timestamp())
    problems: list[Finding] = sorted(
        [
            *_cloud_findings(context, session),
            *([] if facts.began_at or facts.finished_at else [NOTHING_YET]),
            *findings(facts, time.time()),
            *schedule_findings(schedule, now),
            *sign_in_findings(session.ends_at().timestamp() - time.time(), session.login_command),
        ],
        key=lambda each: -each.level,
    )
    return {
        "state": max((each.level for each in problems), default=Level.GREEN).name.lower(),
        "findings": [
            {"level": each.level.name.lower(), "what": each.what, "next_step": each.next_step} for each in problems
        ],
        "problems": [f"{each.what}: {each.next_step}" for each in problems],
        "stored": counts.get("stored", 0) + counts.get("no-preview", 0),
        "bytes": library.size,
        "pending": counts.get("pending", 0),
        "freed": freed,
        "deleted": counts.get("trashed", 0) + counts.get("forgotten", 0),
        "oldest_confirmation": _iso(facts.oldest_confirmation),
        "proofs": proofs.to_json(),
        "last_sync": {"finished_at": _iso(last[0]), **last[1]} if last else None,
        "cost": None if session.profile.is_local else _month_json(library, month, now),
    }


def _cloud_findings(context: Context, session: "Session") -> Iterator[Finding]:
    if session.profile.is_local:
        from photobak.cli.ui.local_stack import is_down

        if is_down(context, session.profile):
            yield Finding(Level.RED, "the local stack is not running", "photobak local up")


def _month_json(library: "Stored", month: datetime, now: datetime) -> dict[str, float]:
    """What the library costs, at list prices with originals in STANDARD: this month so far, and the whole month."""
    from photobak.stack.cost.bill import cost_so_far, monthly_bill
    from photobak.stack.cost.prices import StorageClass, load_prices
    from photobak.stack.cost.usage import Shelf

    prices, shelf = load_prices(), Shelf(library.photos, library.size, library.new)
    next_month = (
        month.replace(year=month.year + 1, month=1) if month.month == 12 else month.replace(month=month.month + 1)
    )
    part = (now - month) / (next_month - month)
    whole = monthly_bill(prices, shelf, StorageClass.STANDARD).total
    return {"so_far": round(cost_so_far(prices, shelf, StorageClass.STANDARD, part), 2), "month": round(whole, 2)}


def _schedule(context: Context) -> "Schedule | None":
    from photobak.client.scheduled import read_schedule

    return read_schedule(context.places, context.profile or os.environ.get("PHOTOBAK_PROFILE") or "default")


def _schedule_json(schedule: "Schedule | None", now: datetime) -> dict[str, Any] | None:
    if schedule is None:
        return None
    return {
        "at": schedule.at,
        "scheduler": schedule.scheduler,
        "began_at": _iso(schedule.began_at),
        "finished_at": _iso(schedule.finished_at),
        "exit_code": schedule.exit_code,
        "waiting_for": schedule.waiting_for or None,
        "next_run": schedule.next_run(now).isoformat(timespec="seconds"),
    }


def _iso(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _local(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone():%Y-%m-%d %H:%M}"


def _headline(found: Mapping[str, Any]) -> str:
    if found["oldest_confirmation"] is None:
        return "nothing is backed up yet"
    safe = f"{plural(found['stored'], 'photo')} safe in the cloud"
    return f"{safe}, each confirmed since {_local(found['oldest_confirmation'])}"


def _proofs(proofs: Mapping[str, Any]) -> str:
    since = f" since {datetime.fromisoformat(proofs['since']).astimezone():%B %Y}" if proofs["since"] else ""
    missed = proofs["not_made"]
    note = f"; not possible on {_local(missed['at'])}: {missed['reason']}" if missed else ""
    return f"{proofs['proved']:,} of {proofs['total']:,} originals read back{since}{note}"


def _last_sync(found: Mapping[str, Any]) -> str:
    run = found["last_sync"]
    if run is None:
        return "never: photobak sync"
    return f"{_local(run['finished_at'])}, {plural(run['scanned'], 'file')}"


def _next_run(schedule: Mapping[str, Any] | None) -> str:
    if schedule is None:
        return "not scheduled: photobak schedule install"
    if schedule["waiting_for"]:
        return f"waits for {schedule['waiting_for']}"
    return f"{_local(schedule['next_run'])}, by {schedule['scheduler'] or 'your scheduler'}"


def _waiting(found: Mapping[str, Any]) -> str:
    unsafe = sum(int((found["last_sync"] or {}).get(name, 0)) for name in _WAITING)
    parts = [f"{found['pending']:,} uploaded, not confirmed yet"] * bool(found["pending"])
    parts += [f"{plural(unsafe, 'file')} not backed up"] * bool(unsafe)
    return ", ".join(parts) or "nothing"


def _cost(cost: Mapping[str, float] | None) -> str:
    if cost is None:
        return "nothing: the cloud is this machine"
    return f"about ${cost['so_far']:.2f} this month so far, ${cost['month']:.2f} by its end (photobak cost)"
