"""The group ``photobak``: loads a command's module when it is called; turns an error into a line and an exit code."""

import errno
import importlib
import keyword
import os
import sys
import threading
from pathlib import Path
from typing import Any, Final, NoReturn

import click
from click.exceptions import NoArgsIsHelpError, NoSuchCommand

from photobak import __version__
from photobak.cli.ui.context import Context
from photobak.cli.ui.terminal import log_to, note, say, shown
from photobak.errors import CloudError, Interrupted, PhotobakError, reason_of

COMMANDS: Final = {
    "setup": "Set up the backup: cloud, folders, schedule.",
    "sync": "Back up photos.",
    "import": "Import from Google Photos, iCloud or folders with sidecars.",
    "watch": "Back up folders whenever they change.",
    "schedule": "Back up every night.",
    "config": "Show and edit the settings.",
    "ls": "List photos by date.",
    "get": "Restore originals.",
    "export": "Export all originals, with XMP sidecars.",
    "verify": "Verify that the backup is complete and intact.",
    "prove": "Read a few random originals back and check them.",
    "repair": "Repair damage to the backup.",
    "free": "Make room: move backed-up files to the trash of this machine.",
    "gallery": "Open the web gallery.",
    "show": "Show everything known about a photo.",
    "redate": "Correct the capture times of photos.",
    "describe": "Describe photos: text, favorite, archive, tags.",
    "album": "Create albums, and put photos into them.",
    "duplicates": "List photos that look alike.",
    "rm": "Move photos to the trash.",
    "trash": "List the photos in the trash, and restore them.",
    "listen": "Stream an event for each stored photo.",
    "publish": "Publish a message to a topic.",
    "status": "Show the state of the backup.",
    "doctor": "Find problems, and the commands that fix them.",
    "demo": "Try everything in a minute, on this machine.",
    "local": "Run the cloud on this machine.",
    "login": "Sign in.",
    "logout": "Sign out.",
    "whoami": "Show who is signed in.",
    "token": "Print the ID token, for curl and other programs.",
    "deploy": "Deploy the cloud to your AWS account, or update it.",
    "people": "Invite people to your cloud, and disable their accounts.",
    "destroy": "Remove the cloud from your AWS account; photos are kept.",
    "selftest": "Check that your cloud behaves as photobak expects.",
    "cost": "Estimate what the cloud costs.",
    "credentials": "Print AWS credentials for the AWS CLI, rclone and SDKs.",
}
"""Every command with its short help, in the order in which they are listed; a test compares them with the commands."""

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""Errors of a full or broken disk. An error that names a file is reported where that file is written."""


_FREE_AND_START: Final = "Fix that, then start it again with: photobak local up"

_LOGGED: Final = frozenset({
    "deploy", "destroy", "doctor", "export", "free", "get", "import", "local", "login", "logout", "prove", "redate",
    "repair", "rm", "schedule", "setup", "sync", "trash", "verify", "watch",
})  # fmt: skip
"""Commands that change or check something; the others only answer, and start faster without a log."""


class _Commands(click.Group):
    """Lists the commands by name, so that ``--help`` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; suggest the ones that are spelled like it."""
        try:
            return super().resolve_command(ctx, args)
        except NoSuchCommand as error:  # click knows the loaded commands only, and none is loaded
            raise NoSuchCommand(error.command_name, possibilities=COMMANDS, ctx=ctx) from None

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name  # Python can't import a module "import"
        command: click.Command = importlib.import_module(f"photobak.cli.commands.{module}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # which click would make an exit code of 1
            if not _has_seen_enough():
                raise
            ctx.exit(0)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--profile", metavar="NAME", help="Use this profile; `deploy` and `local up` create profiles.")
@click.option("-v", "--verbose", count=True, help="Print more; -vv also logs requests and tracebacks.")
@click.option("-q", "--quiet", is_flag=True, help="Print only results and errors.")
@click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", help="Format of the log file (default: text)."
)
@click.version_option(__version__, prog_name="photobak", message="%(prog)s %(version)s")
@click.pass_context
def command(ctx: click.Context, profile: str | None, verbose: int, quiet: bool, log_format: str) -> None:
    """Back up your photos to your own AWS account, for the price of the storage.

    Without an AWS account, everything runs on this machine.

    \b
    Examples:
      photobak demo                     try everything in a minute
      photobak sync ~/Pictures          back up
      photobak ls --since 2024-06       list photos
      photobak get --all --to restored  restore
      photobak verify ~/Pictures        check the backup
    """
    context = ctx.ensure_object(Context)
    context.profile, context.verbosity = profile, -1 if quiet else verbose
    if verbose > 1:
        _log_everything()
    if ctx.invoked_subcommand in _LOGGED:
        from photobak.cli.ui.log_file import open_log

        log_to(open_log(context.places, as_json=log_format == "json"))
        note(f"photobak {__version__} {ctx.invoked_subcommand} begins")


def run() -> NoReturn:
    """Run the command line; the entry point of the console script."""
    code = _run()
    note(f"ends with exit code {code}")
    try:
        sys.stdout.flush()
    except OSError as error:
        code = _without_output(error)
    _leave(code)


def _run() -> int:
    """Run the command; returns the exit code."""
    context = Context()
    try:
        return command.main(prog_name="photobak", standalone_mode=False, obj=context) or 0
    except NoArgsIsHelpError as error:  # a group without a command: that is a question, not a mistake
        click.echo(error.format_message())
        return 0
    except PhotobakError as error:
        _fail(_told(error, context), context)
        return error.exit_code
    except click.ClickException as error:
        _fail(_one_line(error), context)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        _fail("interrupted", context)
        return Interrupted.exit_code
    except OSError as error:
        if error.errno not in _FULL or error.filename is not None:
            raise
        return _without_output(error)


def _told(error: PhotobakError, context: Context) -> str:
    """The error's line, with the reason where the local stack has stopped by itself."""
    if not isinstance(error, CloudError):
        return str(error)
    from photobak.cli.ui.local_stack import why_stopped

    why = why_stopped(context)
    return f"{error.what}: the local stack has stopped, because {why}. {_FREE_AND_START}" if why else str(error)


def _leave(code: int) -> NoReturn:
    """End the process without freeing every object, which takes Python up to 0.1 s.

    Everything that must be closed has been closed by its context manager. (mypy's ``hard_exit`` does the same.)
    """
    others = (thread for thread in threading.enumerate() if thread is not threading.main_thread())
    if all(thread.daemon for thread in others):
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _without_output(error: OSError) -> int:
    """Report that the output is lost; returns the exit code."""
    _discard_output()
    _fail(f"cannot write the output: {reason_of(error)}")
    return PhotobakError.exit_code


def _has_seen_enough() -> bool:
    """Whether the reader of our output has closed it: ``photobak ls | head``."""
    from photobak.platform.processes import reader_is_gone

    gone = reader_is_gone(sys.stdout.fileno())
    if gone:
        _discard_output()
    return gone


def _discard_output() -> None:
    """Let what Python still holds of the output go nowhere: it would fail once more at the process's end."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _one_line(error: click.ClickException) -> str:
    """Turn click's error of several lines into one: what, and what to do next."""
    what = error.format_message().rstrip(".")
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{what}. Type: {context.command_path} --help" if context else what


def _fail(message: str, context: Context | None = None) -> None:
    say(f"photobak: {shown(message)}")
    if context and context.verbosity > 1:
        import traceback

        traceback.print_exc()


def _log_everything() -> None:
    import logging

    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    for library in ("botocore", "boto3", "urllib3", "keyring", "websockets"):
        logging.getLogger(library).setLevel(logging.INFO)  # their debug lines hold tokens and presigned URLs
