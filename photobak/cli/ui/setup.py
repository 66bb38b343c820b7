"""The guided setup: asks for what is not given, saves it as settings, and runs the commands that set everything up."""

import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from photobak.cli.ui.context import Context
from photobak.cli.ui.scheduled_run import program
from photobak.cli.ui.terminal import is_terminal, say, shown
from photobak.errors import SignInNeeded, WrongUsage

if TYPE_CHECKING:
    from photobak.client.profile import Profile

LOCAL, AWS, KEPT = "local", "aws", "kept"
_CLOUDS: Final = f"""\
Where do you want to store your photos?
  {LOCAL}  on this machine, to try photobak out; this is no second copy
  {AWS}    in your own AWS account"""
_NOTICES: Final = "Where to send notices: an Apprise URL, such as ntfy://ntfy.sh/my-topic (empty: none)"


@dataclass(frozen=True, slots=True)
class Given:
    """The answers that options give; None or empty: to be asked."""

    cloud: str | None = None
    """``local``, ``aws``, or ``kept``: the profile that is there."""
    folders: tuple[Path, ...] = ()
    exclude: tuple[str, ...] = ()
    at: str | None = None
    """Time of day of the schedule."""
    scheduled: bool | None = None
    urls: tuple[str, ...] = ()
    ping: str | None = None
    notify: bool | None = None


def complete(context: Context, given: Given, *, yes: bool) -> Given:
    """Ask for the answers that are missing; with ``yes``, use their defaults.

    Raises:
        WrongUsage: something has to be asked and there is no terminal, or an answer makes no sense.
        ConfigError: the settings cannot be used.
    """
    asking = not yes and sys.stdin.isatty() and is_terminal()
    missing = _missing(context, given)
    if missing and not (asking or yes):
        raise WrongUsage(
            "setup has questions, and there is no terminal to ask them on",
            why=f"these options are missing: {', '.join(missing)}",
            next_step="Pass them, or pass --yes to use the defaults",
        )
    given = replace(given, cloud=given.cloud or _cloud(context, asking=asking))
    given = replace(given, folders=given.folders or _folders(context, asking=asking))
    if given.scheduled is None:
        given = replace(given, scheduled=not asking or click.confirm("Back up every night?", default=True, err=True))
    if given.scheduled and given.at is None:
        default = f"{context.settings.schedule.at:%H:%M}"
        given = replace(given, at=click.prompt("At what time", default=default, err=True) if asking else default)
    if given.notify is None and asking and not context.settings.notify.urls:
        url = click.prompt(_NOTICES, default="", show_default=False, err=True).strip()
        given = replace(given, urls=(url,) if url else (), notify=bool(url))
    return given


def save_answers(context: Context, answers: Given) -> None:
    """Write the answers into ``config.toml``.

    Raises:
        WrongUsage: an answer is not valid.
        ConfigError: the file cannot be written.
    """
    from photobak.client.config.settings import keys
    from photobak.client.config.writing import save_settings

    values: dict[str, Any] = {"folders.paths": [str(folder.absolute()) for folder in answers.folders]}
    if answers.exclude:
        values["filters.exclude"] = list(answers.exclude)
    if answers.at:
        values["schedule.at"] = answers.at
    if answers.notify is False:
        values["notify.urls"] = []
    elif answers.urls:
        values["notify.urls"] = list(answers.urls)
    if answers.ping:
        values["notify.ping"] = answers.ping
    for key in keys():
        if (value := values.get(f"{key.table}.{key.name}")) is not None:
            try:
                key.parse(value)
            except ValueError as error:
                raise WrongUsage(f"cannot use {value!r} as {key.table}.{key.name}", why=str(error)) from error
    save_settings(context.places, values)


def set_up(context: Context, answers: Given, *, deploy: tuple[str, ...], login: tuple[str, ...], sync: bool) -> int:
    """Run the commands that carry the answers out; returns the exit code of the first sync, or what failed.

    Args:
        context: of the command.
        answers: complete.
        deploy: more options of ``photobak deploy``.
        login: more options of ``photobak login``.
        sync: whether to back up now.
    """
    cloud = {LOCAL: ("local", "up"), AWS: ("deploy", *deploy)}.get(answers.cloud or KEPT)
    if cloud and (code := _run(context, (), *cloud)):
        return _incomplete(code)
    profile = _profile_options(context, answers)
    if _needs_sign_in(context, profile) and (code := _run(context, profile, "login", *login)):
        return _incomplete(code)
    scheduled = _run(context, profile, "schedule", "install") if answers.scheduled else 0
    synced = _run(context, profile, "sync") if sync else 0
    if not context.quiet:
        _conclude(answers, profile)
    return synced or scheduled


def _incomplete(code: int) -> int:
    say("The setup is not complete. Fix the cause above, then run it again: photobak setup")
    return code


def _missing(context: Context, given: Given) -> list[str]:
    """The options whose answers cannot be taken from what is set up already."""
    wanted = {
        "--local or --aws": given.cloud or _existing(context),
        "--folder": given.folders or context.settings.folders.paths,
        "--at or --no-schedule": given.scheduled is not None,
        "--notify or --no-notify": given.notify is not None or context.settings.notify.urls,
    }
    return [option for option, answer in wanted.items() if not answer]


def _existing(context: Context) -> "Profile | None":
    from photobak.client.profile import load_profile

    return load_profile(context.places, context.profile)


def _cloud(context: Context, *, asking: bool) -> str:
    if (profile := _existing(context)) is not None:
        say(f"Using the cloud of profile {profile.name} ({'this machine' if profile.is_local else profile.region}).")
        return LOCAL if profile.is_local else KEPT
    if not asking:
        return LOCAL
    say(_CLOUDS)
    return str(click.prompt("Your choice", type=click.Choice([LOCAL, AWS]), default=AWS, err=True))


def _folders(context: Context, *, asking: bool) -> tuple[Path, ...]:
    known = context.settings.folders.paths or _pictures()
    if not asking:
        if not known:
            raise WrongUsage("no folder to back up", next_step="Name one with --folder DIR")
        return known
    first = str(known[0]) if known else None
    chosen: list[Path] = []
    while answer := _ask_folder("Another one (empty: none)" if chosen else "Which folder to back up", chosen, first):
        if answer.is_dir():
            chosen.append(answer)
        else:
            say(shown(f"{answer} is not a folder."))
    return tuple(chosen)


def _ask_folder(question: str, chosen: list[Path], first: str | None) -> Path | None:
    """Ask for one more folder; None if the answer is empty."""
    if chosen:
        answer = click.prompt(question, default="", show_default=False, err=True)
    else:
        answer = click.prompt(question, default=first, err=True)
    return Path(answer.strip()).expanduser() if answer.strip() else None


def _pictures() -> tuple[Path, ...]:
    """The user's folder of pictures, if it exists."""
    from platformdirs import user_pictures_path

    path = user_pictures_path()
    return (path,) if path.is_dir() else ()


def _profile_options(context: Context, answers: Given) -> tuple[str, ...]:
    """The options that select the profile of the cloud that was chosen."""
    from photobak.cli.ui.local_stack import PROFILE

    if context.profile:
        return ("--profile", context.profile)
    default = _existing(context)
    if answers.cloud == LOCAL and default is not None and not default.is_local:
        return ("--profile", PROFILE)
    return ()


def _needs_sign_in(context: Context, options: tuple[str, ...]) -> bool:
    from photobak.client.account.session import open_session
    from photobak.client.profile import load_profile

    profile = load_profile(context.places, options[1] if options else None)
    if profile is None:
        return True
    try:
        open_session(profile, context.places).id_token()
    except SignInNeeded:
        return True
    return False


def _run(context: Context, options: tuple[str, ...], *arguments: str) -> int:
    """Run a command of photobak on the same terminal, and show it first."""
    quiet = ("-q",) * context.quiet
    if not context.quiet:
        say(shown(f"$ photobak {' '.join((*options, *arguments))}"))
    return subprocess.run([*program(), *quiet, *options, *arguments], check=False).returncode  # noqa: S603 - ourselves


def _conclude(answers: Given, profile: tuple[str, ...]) -> None:
    photobak = " ".join(("photobak", *profile))
    say("")
    say(
        f"Set up. Look at it with: {photobak} status. Change your answers with: photobak setup, or photobak config edit"
    )
    undo = [f"{photobak} schedule remove"] * bool(answers.scheduled)
    if answers.cloud == LOCAL:
        undo.append("photobak local reset (deletes the stored copies; your own files stay)")
    else:
        undo += [f"{photobak} logout", "photobak destroy (keeps photos and records)"]
    say(f"To undo it: {', then '.join(undo)}")
