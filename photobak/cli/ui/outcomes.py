"""Prints the result for each photo that a command changes, deletes, brings back, repairs or skips."""

import time
from collections import Counter
from typing import TYPE_CHECKING, Final

import click

from photobak.cli.ui.context import Context
from photobak.cli.ui.terminal import json_line, plural, say, shown
from photobak.errors import PhotobakError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from photobak.client.library.redate import Redated
    from photobak.client.library.trash import Moved
    from photobak.client.repair.albums import RepairedAlbum
    from photobak.client.repair.judge import Repaired
    from photobak.client.repair.timeline import RepairedMonth
    from photobak.client.verify.prove import Proof


LIFTED: Final = "{} no longer counted as deleted. The bytes are gone: sync a machine that has the file to upload it."


class LeftOut:
    """Reports each photo that is skipped, and counts them for the exit code."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, error: PhotobakError) -> None:
        """Skip one more, for this reason."""
        self.count += 1
        say(f"photobak: {shown(str(error))}")


def tell_moves(context: Context, moves: "Iterable[Moved]", as_json: bool) -> int:
    """Print the result for photos moved to the trash or restored from it; return the number of failures.

    If an error ends it, what was done before is reported too.
    """
    done: list[Moved] = []
    try:
        for moved in moves:
            done.append(moved)
            if as_json:
                json_line(moved.to_json())
            elif moved.failure:
                say(f"{moved.record.id} {shown(moved.record.filename)}: {moved.failure}")
    finally:
        counts = {
            result: sum(each.result == result for each in done)
            for result in ("trashed", "restored", "lifted", "failed")
        }
        if as_json:
            json_line(
                {"type": "summary", **{name: count for name, count in counts.items() if count or name != "lifted"}}
            )
        elif not context.quiet:
            _say_moves(done, counts)
    return counts["failed"]


def _say_moves(done: "Iterable[Moved]", counts: dict[str, int]) -> None:
    ends = [moved.trashed_until for moved in done if moved.trashed_until]
    if ends:
        until = f"until {min(ends).astimezone():%Y-%m-%d}"
        say(f"Moved {plural(counts['trashed'], 'photo')} to the trash, {until}. To restore: photobak trash restore ID")
    if counts["restored"]:
        say(f"Restored {plural(counts['restored'], 'photo')} from the trash.")
    if counts["lifted"]:
        say(LIFTED.format(plural(counts["lifted"], "photo")))


def tell_redated(context: Context, outcomes: "Iterable[Redated]", as_json: bool) -> int:
    """Print the result for redated photos; return the number of failures."""
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        name = f"{outcome.record.id} {shown(outcome.record.filename)}"
        counts[outcome.result] += 1
        if as_json:
            json_line(outcome.to_json())
        elif outcome.failure:
            say(f"{name}: {outcome.failure}")
        elif not context.quiet:
            say(f"{name}: {outcome.record.taken.taken_at} → {outcome.taken.taken_at}")
    would = counts["would-redate"]
    if as_json:
        more = {"would_redate": would} if would else {}
        json_line({"type": "summary", "redated": counts["redated"], "failed": counts["failed"], **more})
    elif not context.quiet:
        say(f"Would correct {plural(would, 'photo')}." if would else f"Corrected {plural(counts['redated'], 'photo')}.")
    return counts["failed"]


class ProofView:
    """Prints the result for each original that was read back, and counts them."""

    def __init__(self, context: Context, as_json: bool, *, brief: bool = False) -> None:
        """Prepare to print.

        Args:
            context: the global options.
            as_json: whether to print JSON.
            brief: whether to print failures only, unless JSON or -v is wanted.
        """
        self._as_json = as_json
        self._brief = brief
        self._every = context.verbosity > 0 or not brief
        self.counts: Counter[str] = Counter()
        """How many were proved, failed and skipped."""

    def tell(self, proof: "Proof") -> None:
        """Print one result."""
        from photobak.client.verify.prove import in_words

        entry = proof.to_json()
        self.counts[entry["result"]] += 1
        if self._as_json:
            json_line(entry)
        elif self._every:
            note = f": {entry['reason']}" if entry["reason"] else ""
            click.echo(shown(f"{entry['result']:8} {proof.sha256[:12]}  {proof.filename}{note}"), err=self._brief)
        if proof.failed:
            say(f"photobak: {shown(in_words(proof))}")


class RepairView:
    """Prints the result for repaired photos, and counts them."""

    def __init__(self, context: Context, as_json: bool) -> None:
        self._context = context
        self._as_json = as_json
        self._counts: Counter[str] = Counter()
        self._months: Counter[str] = Counter()
        self._albums: Counter[str] = Counter()
        self._started = time.monotonic()

    def tell(self, outcome: "Repaired") -> None:
        """Print one result; without --json and -v, only failures and what would be repaired."""
        entry = outcome.to_json()
        self._counts[entry["result"]] += 1
        if self._as_json:
            json_line(entry)
        elif outcome.reason or entry["result"] == "would-repair" or self._context.verbosity > 0:
            what = ", ".join(entry["problems"])
            photo = outcome.sha256[:12] if outcome.sha256 else "-"
            place = outcome.path or ", ".join(dict.fromkeys(str(each.path) for each in outcome.problems if each.path))
            click.echo(f"{entry['result']:12}  {photo:12}  {shown(place or what)}: {shown(outcome.reason or what)}")

    def tell_month(self, outcome: "RepairedMonth") -> None:
        """Print that a month of the timeline was wrong."""
        self._months[outcome.result.value] += 1
        if self._as_json:
            json_line(outcome.to_json())
        elif outcome.result == "would-repair" or self._context.verbosity > 0:
            click.echo(f"{outcome.result.value:12}  {'-':12}  {outcome.month}: the timeline differs from the records")

    def tell_album(self, outcome: "RepairedAlbum") -> None:
        """Print that the index of an album was wrong."""
        self._albums[outcome.result.value] += 1
        if self._as_json:
            json_line(outcome.to_json())
        elif outcome.result == "would-repair" or self._context.verbosity > 0:
            click.echo(
                f"{outcome.result.value:12}  {'-':12}  album {outcome.album_id}: its index differs from the records"
            )

    def conclude(self) -> int:
        """Print the summary; return the number of failures."""
        names = ("repaired", "sent", "would-repair", "failed")
        if self._as_json:
            counts = {name.replace("-", "_"): self._counts[name] for name in names}
            seconds = round(time.monotonic() - self._started, 3)
            counts |= {"months": self._months.total(), "albums": self._albums.total()}
            json_line({"type": "summary", **counts, "seconds": seconds})
        elif not self._context.quiet or self._counts["failed"]:
            say(self._conclusion())
        return self._counts["failed"]

    def _conclusion(self) -> str:
        if not self._counts and not self._months and not self._albums:
            return "Nothing to repair."
        would, repaired = (self._in_words(result) for result in ("would-repair", "repaired"))
        if would:
            return f"{would} would be repaired."
        done = f"{repaired or '0 photos'} repaired, {self._counts['sent']:,} uploaded again"
        return f"{done}, {self._counts['failed']:,} failed."

    def _in_words(self, result: str) -> str:
        photos = plural(self._counts[result], "photo") if self._counts[result] else ""
        months = f"{plural(self._months[result], 'month')} of the timeline" if self._months[result] else ""
        albums = f"the index of {plural(self._albums[result], 'album')}" if self._albums[result] else ""
        return " and ".join(filter(None, [photos, months, albums]))
