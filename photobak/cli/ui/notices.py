"""Tells people how a scheduled run has ended, if that changes anything, and pings their monitoring."""

import errno
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from photobak.cli.ui.context import Context
from photobak.cli.ui.terminal import say, shown
from photobak.client.notices.conditions import Situation, conditions, due, levels
from photobak.client.notices.memory import Memory, read_memory, save_memory
from photobak.client.notices.send import Ping, ping, send
from photobak.errors import PhotobakError, RunLocked, SignInNeeded
from photobak.platform.host import host_name

_NO_FAILURE: Final = (0, RunLocked.exit_code)
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


def tell_begun(context: Context) -> None:
    """Ping that a scheduled run begins."""
    url = context.settings.notify.ping
    if url:
        _report_ping(ping(url, Ping.START))


def tell_ended(
    context: Context, name: str, exit_code: int, last_error: str = "", now: Callable[[], float] = time.time
) -> None:
    """Tell how a scheduled run has ended: by a ping each time, by a notice only if something has changed.

    Whatever fails here is reported on stderr and does not change the run's exit code.

    Args:
        context: of the command.
        name: the schedule's, "default" or a profile's.
        exit_code: of ``photobak sync``.
        last_error: its message, one line.
        now: the clock.
    """
    settings = context.settings.notify
    failed = exit_code not in _NO_FAILURE
    if settings.ping:
        _report_ping(ping(settings.ping, Ping.FAILURE if failed else Ping.SUCCESS))
    if not settings.urls or exit_code == RunLocked.exit_code:
        return
    before = read_memory(context.places, name)
    since = (before.failing_since or now()) if failed else None
    situation = replace(
        _situation(context, now()),
        failing_since=since,
        last_error=last_error,
        write_refused=any(os.strerror(each).lower() in last_error.lower() for each in _FULL),
        signed_out=exit_code == SignInNeeded.exit_code,
    )
    found = conditions(situation)
    notice = due(before.told, found, f"Profile {name} on {host_name() or 'this machine'}")
    told = before.told
    if notice is not None:
        failures = send(settings.urls, notice)
        for number, failure in enumerate(failures, 1):
            if failure:
                say(f"photobak: the notice could not be sent to number {number} of notify.urls: {shown(failure)}")
        if all(failures):  # nobody has heard of it: the next run tries again
            _save(context, name, Memory(told, since))
            return
    _save(context, name, Memory(levels(found), since))


def _situation(context: Context, now: float) -> Situation:
    """What is known without the cloud; what cannot be read is left out, since the run itself has reported it."""
    from photobak.cli.ui.context import require_profile
    from photobak.client.account.session import open_session
    from photobak.client.index.file import index_path
    from photobak.client.index.health import Facts
    from photobak.client.index.index import Index
    from photobak.client.index.proofs import Receipts

    found = Situation(now=now)
    try:
        found = replace(found, free_bytes=shutil.disk_usage(context.places.state).free)
        profile = require_profile(context)
        failing = Receipts.beside_index(context.places, profile).history().failing
        path = index_path(context.places, profile)
        if path.exists():
            with Index.open(path) as index:
                facts, last = Facts.of(index, len(failing)), index.last_run()
            told_now = int(last[1].get("deleted_elsewhere", 0)) if last else 0
            found = replace(
                found,
                oldest_confirmation=facts.oldest_confirmation,
                deleted_elsewhere=max(facts.unaccepted, told_now),
                failed_proofs=facts.failed_proofs,
            )
        ends_at = open_session(profile, context.places).ends_at()
        found = replace(found, sign_in_ends_at=ends_at.timestamp())
    except (PhotobakError, OSError):
        return found
    return found


def _save(context: Context, name: str, memory: Memory) -> None:
    try:
        save_memory(context.places, name, memory)
    except PhotobakError as error:
        say(f"photobak: {shown(str(error))}")


def _report_ping(failure: str) -> None:
    if failure:
        say(f"photobak: the ping failed: {shown(failure)}")
