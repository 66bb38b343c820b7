"""``photobak deploy``: deploy the cloud to an AWS account, or update it."""

from typing import TYPE_CHECKING

import click

from photobak.cli.ui.context import Context, pass_context
from photobak.cli.ui.stack import STACK_NAME, Approval, Follower, chosen_target
from photobak.cli.ui.terminal import is_terminal, json_line, say
from photobak.errors import WrongUsage

if TYPE_CHECKING:
    from photobak.client.profile import Profile
    from photobak.stack.bundle import Bundle
    from photobak.stack.outputs import StackOutputs
    from photobak.stack.target import Target


@click.command(name="deploy", short_help="Deploy the cloud to your AWS account, or update it.")
@click.option(
    "--email", metavar="ADDRESS", help="E-mail address of the owner, who gets an invitation; required the first time."
)
@click.option(
    "--region", metavar="REGION", help="AWS region, such as eu-central-1 (default: from the AWS configuration)."
)
@click.option(
    "--stack-name", metavar="NAME", default=STACK_NAME, show_default=True, help="Stack name; prefixes every resource."
)
@click.option(
    "-p",
    "--parameter",
    "pairs",
    metavar="NAME=VALUE",
    multiple=True,
    help="Set a template parameter; --parameters lists them.",
)
@click.option(
    "--secret-file",
    "secret_files",
    metavar="NAME=FILE",
    multiple=True,
    help="Read a secret parameter from FILE; - reads standard input.",
)
@click.option("--parameters", "wants_list", is_flag=True, help="List the template parameters and exit.")
@click.option("--revert-drift", is_flag=True, help="Also revert changes made by hand in the AWS console.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@pass_context
def command(
    context: Context,
    email: str | None,
    region: str | None,
    stack_name: str,
    pairs: tuple[str, ...],
    secret_files: tuple[str, ...],
    wants_list: bool,
    revert_drift: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Deploy photobak to your AWS account, or update it.

    It shows the planned changes and their cost, and asks for confirmation. Parameters that you do not pass keep their
    values. Buckets, tables and user accounts are never replaced or deleted. AWS credentials are found as in every AWS
    tool (AWS_PROFILE, aws sso login).

    \b
    Examples:
      photobak deploy --email me@example.com --region eu-central-1
      photobak deploy --parameter TrashDays=90
      photobak deploy -p GoogleClientId=ID --secret-file GoogleClientSecret=secret.txt
      photobak deploy --yes
    """
    from photobak.cli.ui.parameters import given_parameters, list_parameters
    from photobak.client.profile import default_profile_name
    from photobak.stack.deploy import deploy

    if wants_list:
        list_parameters()
        return
    from photobak.stack.preflight import require_stack_name
    from photobak.stack.progress import GOES_ON

    require_stack_name(stack_name)
    given = given_parameters(pairs, secret_files)
    default_profile_name(context.places)  # fail before anything is changed if the file is unreadable
    target = chosen_target(context, region)
    email = _owner(target, stack_name, email, yes)
    follower, approval = Follower(context.quiet), Approval(stack_name, yes)
    try:
        outputs = deploy(
            target,
            stack_name=stack_name,
            parameters={**_first_parameters(context, target, stack_name, email), **given},
            bundle=_bundle(context, target),
            video_layer=_video_layer(context, target),
            revert_drift=revert_drift,
            approve=approval,
            on_event=follower,
        )
    except KeyboardInterrupt:
        say(GOES_ON if approval.given else "Nothing was changed.")
        raise
    finally:
        follower.end()
    profile = _keep_profile(context, stack_name, outputs)
    _invite(context, target, outputs, email)
    if as_json:
        json_line({"profile": profile.name, "region": outputs.region, "api_url": outputs.api_url, "stack": stack_name})
    elif not context.quiet:
        what = "is ready" if approval.was_needed else "is up to date"
        say(f"The cloud {stack_name} in {outputs.region}, profile {profile.name}, {what}.")
        if outputs.domain_target:
            say(f"{outputs.api_url} needs a DNS record (CNAME or alias) that points to {outputs.domain_target}")
        say("Next: photobak login, then photobak sync ~/Pictures")


def _first_parameters(context: Context, target: "Target", stack_name: str, email: str | None) -> dict[str, str]:
    """Parameters that depend on the account and its owner; for a new stack only, so that later choices are kept."""
    from photobak.stack.preflight import MOST_UPLOADS, device_concurrency, upload_concurrency
    from photobak.stack.progress import is_new, stack_of

    if target.endpoint_url:
        return {"Environment": "local", "LocalEndpoint": target.endpoint_url}
    if not is_new(stack_of(target, stack_name)):
        return {}
    uploads = upload_concurrency(target)
    if uploads < MOST_UPLOADS and not context.quiet:
        say(
            f"The Lambda quota of this account is low: {uploads} uploads are processed at once. AWS raises it for free."
        )
    return {
        "UploadConcurrency": str(uploads),
        "DeviceConcurrency": str(device_concurrency(target)),
        "AlarmEmail": email or "",
    }


def _bundle(context: Context, target: "Target") -> "Bundle":
    from photobak.stack.bundle import build_bundle, build_whole_bundle
    from photobak.stack.wheels import LAMBDA

    if target.endpoint_url:
        return build_bundle()  # an emulator uses the libraries of its own interpreter
    if not context.quiet:
        say("Bundling the functions …")
    bundle = build_whole_bundle(LAMBDA, context.places.cache / "deploy")
    if not bundle.compiled:
        say(
            f"No Python {LAMBDA.python} on this machine to compile the functions with: they will start more slowly. "
            f"Install it (uv python install {LAMBDA.python}) and run photobak deploy again."
        )
    return bundle


def _video_layer(context: Context, target: "Target") -> "Bundle | None":
    from photobak.stack.bundle import build_video_layer
    from photobak.stack.wheels import LAMBDA

    return None if target.endpoint_url else build_video_layer(LAMBDA, context.places.cache / "deploy")


def _owner(target: "Target", stack_name: str, email: str | None, yes: bool) -> str | None:
    """The owner's e-mail address; asks for it if the stack is new."""
    from photobak.stack.progress import is_new, stack_of

    if email or not is_new(stack_of(target, stack_name)):
        return email
    if yes or not is_terminal():
        raise WrongUsage(
            "no e-mail address of the owner", why="a new stack needs one", next_step="Pass --email ADDRESS"
        )
    return str(click.prompt("E-mail address of the owner", err=True))


def _invite(context: Context, target: "Target", outputs: "StackOutputs", email: str | None) -> None:
    from photobak.stack.people import has_accounts, invite

    if email is None:
        if not has_accounts(target, outputs):
            say("There are no accounts yet. Invite the owner with: photobak deploy --email ADDRESS")
        return
    invited = invite(target, outputs, email)
    if not context.quiet:
        say(f"Sent an invitation to {email}." if invited else f"{email} already has an account.")


def _keep_profile(context: Context, stack_name: str, outputs: "StackOutputs") -> "Profile":
    """Write the profile; make it the default unless that is another cloud on AWS."""
    from photobak.cli.ui.stack import profile_of
    from photobak.client.profile import default_profile_name, load_profile, profile_names, save_profile

    places = context.places
    profile = profile_of(context.profile or stack_name, outputs)
    names = profile_names(places)
    current = load_profile(places, default_profile_name(places)) if names else None
    save_profile(places, profile, make_default=current is None or current.is_local)
    return profile
