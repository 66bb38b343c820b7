"""``photobak setup``: a guided first run."""

from pathlib import Path

import click

from photobak.cli.ui.context import Context, pass_context


@click.command(name="setup", short_help="Set up the backup: cloud, folders, schedule.")
@click.option("--local", "cloud", flag_value="local", help="Use the local stack on this machine.")
@click.option("--aws", "cloud", flag_value="aws", help="Use your AWS account.")
@click.option("--email", metavar="ADDRESS", help="Your e-mail address, for a new cloud on AWS.")
@click.option("--region", metavar="REGION", help="AWS region (default: from the AWS configuration).")
@click.option("--device", is_flag=True, help="Sign in with a code that you enter on another device.")
@click.option(
    "--folder",
    "folders",
    metavar="DIR",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Back up this folder; can be repeated.",
)
@click.option("--exclude", metavar="GLOB", multiple=True, help="Exclude files and folders that match.")
@click.option("--at", metavar="HH:MM", help="Back up every day at this time (default: 03:00).")
@click.option("--no-schedule", is_flag=True, help="Do not schedule the backup.")
@click.option("--notify", "urls", metavar="URL", multiple=True, help="Send notices to this Apprise URL.")
@click.option("--ping", metavar="URL", help="Ping this URL at the start and end of each scheduled run.")
@click.option("--no-notify", is_flag=True, help="Send no notices.")
@click.option("--no-sync", is_flag=True, help="Do not back up now.")
@click.option("--yes", is_flag=True, help="Ask nothing: use the defaults, and deploy without confirmation.")
@pass_context
def command(
    context: Context,
    cloud: str | None,
    email: str | None,
    region: str | None,
    device: bool,
    folders: tuple[Path, ...],
    exclude: tuple[str, ...],
    at: str | None,
    no_schedule: bool,
    urls: tuple[str, ...],
    ping: str | None,
    no_notify: bool,
    no_sync: bool,
    yes: bool,
) -> None:
    """Set up the backup: choose a cloud, sign in, choose folders, schedule, and back up for the first time.

    It asks for everything that you do not pass as an option, saves your answers as settings, and shows each command
    that it runs. To change an answer, run it again: nothing is uploaded or deployed twice.

    \b
    Examples:
      photobak setup
      photobak setup --local --folder ~/Pictures --no-schedule --no-notify --yes
      photobak setup --aws --email me@example.com --region eu-central-1 --at 22:30
    """
    from photobak.cli.ui.setup import Given, complete, save_answers, set_up

    given = Given(
        cloud=cloud,
        folders=folders,
        exclude=exclude,
        at=at,
        scheduled=False if no_schedule else True if at else None,
        urls=urls,
        ping=ping,
        notify=False if no_notify else True if urls or ping else None,
    )
    answers = complete(context, given, yes=yes)
    save_answers(context, answers)
    deploy = tuple(
        part for name, value in (("--email", email), ("--region", region)) if value for part in (name, value)
    )
    code = set_up(context, answers, deploy=(*deploy, *("--yes",) * yes), login=("--device",) * device, sync=not no_sync)
    click.get_current_context().exit(code)
