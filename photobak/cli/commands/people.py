"""``photobak people``: who may use your cloud."""

import secrets
from typing import TYPE_CHECKING, Final

import click

from photobak.cli.ui.context import Context, pass_context
from photobak.cli.ui.stack import STACK_NAME, profile_of
from photobak.cli.ui.terminal import json_line, say, shown
from photobak.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable

    from photobak.stack.outputs import StackOutputs
    from photobak.stack.target import Target

_REGION: Final = click.option("--region", metavar="REGION", help="AWS region (default: from the AWS configuration).")
_STACK: Final = click.option(
    "--stack-name", metavar="NAME", default=STACK_NAME, show_default=True, help="The stack of your cloud."
)
_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print a JSON object per person.")


def _on_cloud(command: "Callable[..., None]") -> "Callable[..., None]":
    """Add the options that name the cloud, and --json."""
    for option in (_JSON, _STACK, _REGION):
        command = option(command)
    return command


@click.group(name="people", short_help="Invite people to your cloud, and disable their accounts.")
def command() -> None:
    """Share one cloud with your family: each person has a library of their own, and nobody sees another's photos.

    You need the AWS credentials with which you deployed the cloud. With the profile of a local stack, it is about that.

    \b
    Examples:
      photobak people invite ann@example.com
      photobak people list
      photobak people disable ann@example.com
    """


@command.command()
@click.argument("email")
@_on_cloud
@pass_context
def invite(context: Context, email: str, region: str | None, stack_name: str, as_json: bool) -> None:
    """Create an account for a person, or enable it again, and print the settings for their machine.

    On AWS, Cognito sends them a temporary password. A local stack sends no mail, so their password is printed.

    \b
    Example:
      photobak people invite ann@example.com
    """
    from photobak.stack import people

    target, outputs, is_local = _cloud(context, region, stack_name)
    is_new = people.invite(target, outputs, email)
    password = secrets.token_urlsafe(12) if is_local and is_new else None
    for person in people.find_person(target, outputs, email):
        if person.state is people.PersonState.DISABLED:
            people.enable(target, outputs, person)
        if password is not None:
            people.set_password(target, outputs, person, password)
    settings = _settings(outputs, stack_name)
    if as_json:
        json_line({"email": email, "invited": is_new, "password": password, "settings": settings})
        return
    if password is not None:
        say(f"Created the account {shown(email)} with the password {password}")
    elif is_new:
        say(f"Cognito sends {shown(email)} an invitation with a temporary password.")
    else:
        say(f"{shown(email)} has an account, which is enabled.")
    say("On their machine, put this into config.toml (photobak config path), then run: photobak login")
    click.echo(settings)


@command.command(name="list")
@_on_cloud
@pass_context
def list_(context: Context, region: str | None, stack_name: str, as_json: bool) -> None:
    """List the people who have an account.

    \b
    Example:
      photobak people list
    """
    from photobak.stack.people import list_people

    target, outputs, _ = _cloud(context, region, stack_name)
    for person in list_people(target, outputs):
        if as_json:
            json_line(person.to_json())
        else:
            click.echo(f"{person.state.value:8}  {person.created_at:%Y-%m-%d}  {shown(person.email)}")


@command.command()
@click.argument("email")
@_on_cloud
@pass_context
def disable(context: Context, email: str, region: str | None, stack_name: str, as_json: bool) -> None:
    """Stop a person from signing in, and end their sign-ins. Their photos stay; invite them to undo it.

    What their machines hold ends within an hour.

    \b
    Example:
      photobak people disable ann@example.com
    """
    from photobak.stack import people

    target, outputs, _ = _cloud(context, region, stack_name)
    found = people.find_person(target, outputs, email)
    disabled = people.PersonState.DISABLED
    others = {each.username for each in people.list_people(target, outputs) if each.state is not disabled}
    if not others - {each.username for each in found}:
        raise WrongUsage(f"{email} is the only person who can sign in", next_step="Invite somebody else first")
    for person in found:
        people.disable(target, outputs, person)
    if as_json:
        json_line({"email": email, "state": disabled.value})
    elif not context.quiet:
        say(f"{shown(email)} can no longer sign in. To undo that: photobak people invite {shown(email)}")


def _cloud(context: Context, region: str | None, stack_name: str) -> "tuple[Target, StackOutputs, bool]":
    """The cloud that is meant, with its owner's rights, and whether it is the local stack.

    Raises:
        StackError, ConfigError: it cannot be reached, or the AWS credentials are missing.
        LocalStackError: the local stack does not run.
    """
    from photobak.cli.ui.local_stack import local_home
    from photobak.cli.ui.stack import chosen_target
    from photobak.client.profile import load_profile
    from photobak.local.lifecycle import owner_target
    from photobak.stack.deploy import read_outputs

    profile = load_profile(context.places, context.profile)
    if profile is not None and profile.is_local:
        target, outputs = owner_target(local_home(context))
        return target, outputs, True
    target = chosen_target(context, region)
    return target, read_outputs(target, stack_name), False


def _settings(outputs: "StackOutputs", name: str) -> str:
    """The profile of the cloud as TOML; it holds no secrets."""
    from dataclasses import asdict

    import tomlkit

    values = {key: value for key, value in asdict(profile_of(name, outputs)).items() if value is not None}
    del values["name"]
    return tomlkit.dumps({"default": name, "profiles": {name: values}})
