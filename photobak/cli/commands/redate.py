"""``photobak redate``: correct when photos were taken."""

import re
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context, require_session
from photobak.cli.ui.selecting import Ids, ids_and_list, require_ids
from photobak.errors import WrongUsage

if TYPE_CHECKING:
    from photobak.client.library.redate import Correction, Wish

_SHIFT: Final = re.compile(
    r"(?P<sign>[+-])(?:(?P<days>\d{1,6})d)?(?:(?P<hours>\d{1,6})h)?(?:(?P<minutes>\d{1,6})m)?(?:(?P<seconds>\d{1,9})s)?"
)


@click.command(name="redate", short_help="Correct the capture times of photos.")
@ids_and_list("Correct")
@click.option(
    "--set", "new", metavar="TIME", help="The correct time: 2024-06-30T12:00, or 2024-06-30 to keep the time of day."
)
@click.option("--shift", metavar="TIME", help="Add this to the time: +1h, -2d12h, +30m, +15s.")
@click.option("--timezone", metavar="ZONE", help="The time zone the camera clock was set to: Europe/Lisbon.")
@click.option(
    "--from",
    "side",
    type=click.Choice(["exif", "takeout", "icloud", "xmp", "filename", "mtime"]),
    help="Believe this source; without IDs, for all photos whose sources disagree.",
)
@click.option("--dry-run", is_flag=True, help="Print the new times; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per photo, then a summary.")
@pass_context
def command(
    context: Context,
    ids: Ids,
    new: str | None,
    shift: str | None,
    timezone: str | None,
    side: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Correct the capture times of photos, and of the videos, raw files and sidecars that belong to them.

    Originals are not changed. Later syncs keep the corrected time. More than 100 deletions or new dates a day need a
    sign-in of the last 15 minutes: on a terminal, redate asks for it and goes on.

    An import keeps both times where an export or a sidecar contradicts the file; --from settles that.

    \b
    Examples:
      photobak redate 3f2a9c81d0e4 --set 1987-07-14T15:30
      photobak redate 3f2a9c81d0e4 8d1b44c0a7f2 --shift +1h
      photobak redate 3f2a9c81d0e4 --timezone Asia/Tokyo
      photobak redate --from exif --dry-run
      photobak ls --camera pixel --json | photobak redate --from-list - --shift +1h
    """
    from photobak.cli.ui.outcomes import tell_redated
    from photobak.cli.ui.sign_in import with_fresh_sign_in
    from photobak.client.library.redate import redate, rehearse

    wishes = _wishes(context, ids, new, shift, timezone, side)
    session = require_session(context)
    redated = rehearse(wishes) if dry_run else with_fresh_sign_in(context, session, partial(redate, session), wishes)
    if tell_redated(context, redated, as_json):
        click.get_current_context().exit(INCOMPLETE)


def _wishes(
    context: Context, ids: Ids, new: str | None, shift: str | None, timezone: str | None, side: str | None
) -> "list[Wish]":
    """The photos and their new times.

    Raises:
        WrongUsage: the options contradict each other, a value is invalid, or no photo is named.
    """
    from photobak.client.library.library import Library
    from photobak.client.library.redate import corrected, with_followers
    from photobak.client.library.settle import Side, is_unsettled, settled

    if side is None:
        correction = parse_correction(new, shift, timezone)
        named = require_ids(ids)
        library = Library(require_session(context))
        return corrected(with_followers(library, library.find_all(named)), correction)
    if (new, shift, timezone) != (None, None, None):
        raise WrongUsage("--from excludes --set, --shift and --timezone")
    library = Library(require_session(context))
    records = library.find_all(ids) if ids is not None else list(filter(is_unsettled, library.records()))
    return settled(library, records, Side(side))


def parse_correction(new: str | None, shift: str | None, timezone: str | None) -> "Correction":
    """Parse the options, exactly one of which must be given.

    Raises:
        WrongUsage: none or several are given, or the value is invalid.
    """
    from photobak.cli.ui.values import parse_zone
    from photobak.client.library.redate import MoveTo, ShiftBy

    if sum(option is not None for option in (new, shift, timezone)) != 1:
        raise WrongUsage("no correction given", next_step="Pass exactly one of --set, --shift, --timezone and --from")
    if new is not None:
        return _parse_set(new)
    return ShiftBy(_parse_shift(shift)) if shift is not None else MoveTo(parse_zone(timezone))


def _parse_set(text: str) -> "Correction":
    from photobak.client.library.redate import SetDay, SetTo

    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return SetDay(date.fromisoformat(text))
        return SetTo(datetime.fromisoformat(text))
    except ValueError as error:
        next_step = "Write 2024-06-30T12:00, 2024-06-30T12:00+02:00 to correct the offset too, or 2024-06-30"
        raise WrongUsage(f"{text!r} is not a time", next_step=next_step) from error


def _parse_shift(text: str) -> timedelta:
    match = _SHIFT.fullmatch(text)
    parts = {unit: int(count) for unit, count in match.groupdict().items() if unit != "sign" and count} if match else {}
    if match is None or not parts:
        raise WrongUsage(f"{text!r} is not a time difference", next_step="Write it like +1h, -2d12h, +30m or -15s")
    difference = timedelta(**parts)
    return difference if match["sign"] == "+" else -difference
