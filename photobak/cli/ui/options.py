"""Options that several commands share: what to back up and how, which photos, from where, and how much to read."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from photobak.cli.ui.context import Context, require_session
from photobak.cli.ui.terminal import say
from photobak.errors import WrongUsage
from photobak.photo.kind import Kind

if TYPE_CHECKING:
    from photobak.cli.ui.outcomes import LeftOut
    from photobak.client.library.bucket import PhotoBucket
    from photobak.client.library.query import Query
    from photobak.client.restore.selection import Records
    from photobak.client.sync.sync import Options
    from photobak.photo.album import Album
    from photobak.photo.place.circle import Circle

Command = TypeVar("Command", bound=Callable[..., None])

AnyCommand = TypeVar("AnyCommand", bound=Callable[..., Any])

_BACKUP_OPTIONS: Final = (
    click.option("--include", metavar="GLOB", multiple=True, help="Include only files that match (gitignore syntax)."),
    click.option(
        "--exclude", metavar="GLOB", multiple=True, help="Exclude files and folders that match (gitignore syntax)."
    ),
    click.option("--jobs", metavar="N", type=click.IntRange(1, 64), help="Upload up to N files at once (default: 8)."),
    click.option("--limit-rate", metavar="RATE", help="Limit uploads, in bytes per second: 500k, 2M."),
    click.option("--timezone", metavar="ZONE", help="Time zone of photos that do not record one: Europe/Lisbon."),
)


def backup_options(command: Command) -> Callable[..., None]:
    """Add the options to a command, which gets them parsed as ``options``.

    Raises:
        WrongUsage: the value of an option is invalid.
    """

    @wraps(command)
    def with_options(
        *args: Any,
        include: tuple[str, ...],
        exclude: tuple[str, ...],
        jobs: int | None,
        limit_rate: str | None,
        timezone: str | None,
        **others: Any,
    ) -> None:
        command(*args, options=_parse_backup(include, exclude, jobs, limit_rate, timezone), **others)

    for option in reversed(_BACKUP_OPTIONS):
        with_options = option(with_options)
    return with_options


def _parse_backup(
    include: tuple[str, ...], exclude: tuple[str, ...], jobs: int | None, limit_rate: str | None, timezone: str | None
) -> "Options":
    """What the options say, and the settings where they say nothing."""
    from photobak.cli.ui.values import parse_rate, parse_zone
    from photobak.client.files.examine import this_device
    from photobak.client.files.scan import Filters
    from photobak.client.sync.sync import Options

    settings = click.get_current_context().ensure_object(Context).settings
    return Options(
        jobs=jobs or settings.limits.jobs,
        device=this_device(),
        zone=parse_zone(timezone),
        filters=Filters.of(include or settings.filters.include, exclude or settings.filters.exclude),
        bytes_per_second=parse_rate(limit_rate) or settings.limits.rate,
        timeout=settings.limits.timeout,
    )


def wait_lock_option(command: AnyCommand) -> AnyCommand:
    """Add ``--wait-lock``, whose value is in the context as ``wait_lock``."""

    def keep(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
        from photobak.cli.ui.values import parse_duration

        if value is not None:
            ctx.ensure_object(Context).wait_lock = parse_duration(value)

    return click.option(
        "--wait-lock",
        metavar="DURATION",
        expose_value=False,
        callback=keep,
        help="If another run is at work, wait up to this long for it to end: 30s, 5m, 2h.",
    )(command)


_NAMESAKES_SHOWN: Final = 3
_POSITION: Final = "38.72,-9.14,5"

_FILTER_OPTIONS: Final = (
    click.option("--since", metavar="DATE", help="Taken since: 2024, 2024-06, 2024-06-30, 36h, 30d, 6m, 1y."),
    click.option("--until", metavar="DATE", help="Taken until; 2024-06 includes June."),
    click.option("--camera", metavar="NAME", help="Part of the make or model of the camera, such as pixel."),
    click.option(
        "--kind",
        "kinds",
        type=click.Choice([kind.value for kind in Kind]),
        multiple=True,
        help="Only files of this kind.",
    ),
    click.option(
        "--status",
        "statuses",
        type=click.Choice(["stored", "no-preview"]),
        multiple=True,
        help="Only photos with this status; no-preview: stored, but could not be decoded.",
    ),
    click.option(
        "--near",
        metavar="PLACE",
        help="Taken within 25 km of a town (Lisbon; Cambridge, US; Lisbon, 5km) or a position (lat,lon,km).",
    ),
    click.option("--album", metavar="NAME", help="In this album."),
    click.option("--tag", metavar="TAG", help="With this tag, or one below it."),
    click.option("--favorite", is_flag=True, help="Favorites only."),
    click.option("--name", metavar="GLOB", help="Whose file name matches: 'IMG_12*'."),
    click.option("--path", metavar="GLOB", help="Backed up from a path or folder that matches: 'Holidays/*/raw'."),
)


def photo_filters(command: Command) -> Callable[..., None]:
    """Add the options to a command, which gets them parsed as ``query``; without any: ``EVERYTHING``.

    Raises:
        WrongUsage: the value of an option is invalid, or --since is after --until.
    """

    @wraps(command)
    def with_query(
        *args: Any,
        since: str | None,
        until: str | None,
        camera: str | None,
        kinds: tuple[str, ...],
        statuses: tuple[str, ...],
        near: str | None,
        album: str | None,
        tag: str | None,
        favorite: bool,
        name: str | None,
        path: str | None,
        **others: Any,
    ) -> None:
        query = parse_query(since, until, camera, kinds, statuses, near)
        album_id = _album_id(album) if album else None
        query = replace(query, album=album_id, tag=tag or None, favorite=favorite, name=name or None, path=path or None)
        command(*args, query=query, **others)

    for option in reversed(_FILTER_OPTIONS):
        with_query = option(with_query)
    return with_query


def _album_id(name: str) -> str:
    """The id of an album; WrongUsage where there is none."""
    from photobak.client.library.albums import Albums

    context = click.get_current_context().ensure_object(Context)
    return Albums(require_session(context)).find(name).id


def parse_query(
    since: str | None,
    until: str | None,
    camera: str | None,
    kinds: tuple[str, ...],
    statuses: tuple[str, ...],
    near: str | None,
) -> "Query":
    """Parse the options; raises as ``photo_filters``."""
    from photobak.cli.ui.values import parse_span
    from photobak.client.library.query import Query
    from photobak.photo.record import Status

    return Query(
        span=parse_span(since, until),
        camera=camera or None,
        kinds=frozenset(map(Kind, kinds)),
        statuses=frozenset(map(Status, statuses)),
        near=None if near is None else parse_near(near),
    )


def parse_near(text: str) -> "Circle":
    """Parse the name of a town or a position, with an optional radius in kilometres.

    Raises:
        WrongUsage: it is neither, or no town has this name.
    """
    from photobak.photo.place.search import find_places

    try:
        places = find_places(text)
    except ValueError:
        next_step = f"Write latitude, longitude and kilometres: {_POSITION}"
        raise WrongUsage(f"{text!r} is not a position", next_step=next_step) from None
    if not places:
        raise _unknown_place(text)
    meant, *namesakes = (each.town for each in places)
    if namesakes and not _quiet():
        others = "; ".join(map(str, namesakes[:_NAMESAKES_SHOWN]))
        more = f" and {len(namesakes) - _NAMESAKES_SHOWN} more" if len(namesakes) > _NAMESAKES_SHOWN else ""
        say(f"photobak: using {meant}, the largest town of that name; others are {others}{more}")
    return places[0].circle


def _unknown_place(text: str) -> WrongUsage:
    """What to say of a name that no town has, with the one that is spelled most like it."""
    from photobak.photo.place.gazetteer import nearest_name, plain
    from photobak.photo.place.search import split_radius

    name, _ = split_radius(text)
    position = f"Or give a position: {_POSITION} (latitude, longitude, kilometres)"
    if not plain(name.partition(",")[0]):
        return WrongUsage("--near needs the name of a town", next_step=position)
    nearest = nearest_name(name)
    hint = f"Do you mean {nearest}? {position}" if nearest else position
    return WrongUsage(f"no town is called {name!r}", next_step=hint)


def _quiet() -> bool:
    context = click.get_current_context(silent=True)
    found = context.find_object(Context) if context else None
    return found is not None and found.quiet


@dataclass(frozen=True, slots=True)
class Origin:
    """The source of records and originals."""

    bucket: "PhotoBucket"
    library: "Records"
    albums: "Callable[[], Sequence[Album]]"


dotfiles_option = click.option(
    "--dotfiles", is_flag=True, help="Keep names that begin with a dot; without it, they get a leading underscore."
)


def origin_options(command: Command) -> Callable[..., None]:
    """Add the options that name a bucket to a command, which gets ``origin``, a function that opens the source."""

    @click.option(
        "--from-bucket",
        "bucket",
        metavar="BUCKET",
        help="Read from this photo bucket only, with your AWS credentials: if everything else is lost.",
    )
    @click.option(
        "--identity", metavar="ID", help="Identity id of the owner, if the bucket holds the photos of several people."
    )
    @wraps(command)
    def with_origin(*args: Any, bucket: str | None, identity: str | None, **others: Any) -> None:
        def origin(context: Context, left_out: "LeftOut") -> Origin:
            return _open_origin(context, left_out, bucket, identity)

        command(*args, origin=origin, **others)

    return with_origin


def _open_origin(context: Context, left_out: "LeftOut", bucket: str | None, identity: str | None) -> Origin:
    if bucket is None:
        if identity:
            raise WrongUsage("--identity needs --from-bucket", next_step="Without it, you get your own photos")
        from photobak.client.library.albums import Albums
        from photobak.client.library.bucket import SessionBucket
        from photobak.client.library.library import Library

        session = require_session(context)
        return Origin(SessionBucket(session), Library(session, left_out), Albums(session).all)
    from photobak.client.library.bucket_alone import open_bucket
    from photobak.client.library.bucket_library import BucketLibrary

    alone = open_bucket(bucket, identity)
    library = BucketLibrary(alone)
    return Origin(alone, library, library.albums)


_READ_DATA: Final = "--read-data"
_PERCENT: Final = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)%?")


class ReadDataCommand(click.Command):
    """A command with ``--read-data [PERCENT]``; plain click would take a PATH that follows as the value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the value if it is missing, then parse as usual."""
        return super().parse_args(ctx, list(_completed(args)))


def read_data_option(help_text: str) -> Callable[[AnyCommand], AnyCommand]:
    """The option ``--read-data``; parse its value with ``parse_percent``."""
    return click.option(_READ_DATA, "read_data", metavar="[PERCENT]", help=help_text)


def parse_percent(text: str | None) -> float | None:
    """Parse a percentage: ``5``, ``0.5``, ``5%``; None if the option is not used.

    Raises:
        WrongUsage: it is not a number above 0 and up to 100.
    """
    if text is None:
        return None
    match = _PERCENT.fullmatch(text)
    percent = float(match[1]) if match else 0.0
    if not 0 < percent <= 100:
        raise WrongUsage(f"{text!r} is not a percentage", next_step="Write a number above 0 and up to 100, such as 5")
    return percent


def _completed(args: Sequence[str]) -> Iterator[str]:
    for number, arg in enumerate(args):
        following = args[number + 1] if number + 1 < len(args) else ""
        yield f"{_READ_DATA}=100" if arg == _READ_DATA and not _PERCENT.fullmatch(following) else arg
