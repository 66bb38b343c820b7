"""Shows the CloudFormation stack: its account, the planned changes and their cost, the progress, and its profile."""

import os
from collections import Counter
from typing import TYPE_CHECKING, Final

import click

from photobak.cli.ui.context import Context
from photobak.cli.ui.terminal import is_terminal, say, talk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from photobak.client.profile import Profile
    from photobak.stack.change_set import Adopted, Change
    from photobak.stack.deploy import Plan
    from photobak.stack.outputs import StackOutputs
    from photobak.stack.progress import ResourceEvent
    from photobak.stack.target import Target

STACK_NAME: Final = "photobak"
_LOCAL_POLL_SECONDS: Final = 0.1
_WORDS: Final = {
    "AWS::ApiGatewayV2::Api": "API",
    "AWS::ApiGatewayV2::DomainName": "domain name of the API",
    "AWS::Budgets::Budget": "budget",
    "AWS::CloudFront::Distribution": "CloudFront distribution",
    "AWS::CloudWatch::Alarm": "alarm",
    "AWS::Cognito::IdentityPool": "identity pool",
    "AWS::Cognito::UserPool": "user pool",
    "AWS::Cognito::UserPoolDomain": "domain name of the sign-in page",
    "AWS::Cognito::UserPoolIdentityProvider": "identity provider",
    "AWS::DynamoDB::Table": "table",
    "AWS::IAM::Role": "role",
    "AWS::Lambda::Function": "function",
    "AWS::Logs::LogGroup": "log group",
    "AWS::S3::Bucket": "bucket",
    "AWS::SNS::Topic": "alarm topic",
    "AWS::SQS::Queue": "queue",
    "AWS::WAFv2::WebACL": "firewall",
}
_OTHER: Final = "route, integration or permission"
"""Every other type of resource."""

_VERBS: Final = {"Add": "create", "Modify": "change", "Remove": "remove", "Import": "adopt"}
_NAMED: Final = 3
_ENDINGS: Final = ("_COMPLETE", "_FAILED")


def plain(resource_type: str) -> str:
    """A name for a type of resource."""
    return _WORDS.get(resource_type, _OTHER)


def show_changes(changes: "Iterable[Change]") -> None:
    """Print a table of the planned changes: one line per action and type, with the names."""
    from rich.table import Table

    rows: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        verb = "replace" if change.replaced else _VERBS.get(change.action, change.action.lower())
        rows.setdefault((verb, plain(change.type)), []).append(change.logical_id)
    table = Table("", "", "", "", box=None, pad_edge=False, show_header=False)
    for (verb, what), names in sorted(rows.items()):
        shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        table.add_row(verb, str(len(names)), what, shown)
    talk().print(table)


def show_kept(kept: "Iterable[Adopted]") -> None:
    """Print the resources that are kept when the stack is deleted."""
    for one in kept:
        say(f"  {plain(one.type)} {one.name}")


class Follower:
    """Prints the progress of CloudFormation: one changing line on a terminal, else a line per finished resource."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._done: Counter[str] = Counter()

    def __call__(self, event: "ResourceEvent") -> None:
        """Print one event."""
        if not event.status.endswith(_ENDINGS) or self._quiet:
            return
        failed = event.status.endswith("_FAILED")
        self._done[event.logical_id] += 1
        line = f"  {event.status.lower().replace('_', ' '):20} {event.logical_id}"
        if failed and event.reason:
            say(f"{line}: {event.reason}")
        elif is_terminal():
            talk().print(f"\r\x1b[K{len(self._done):4} done {line}", end="", markup=False)
        else:
            say(line)

    def end(self) -> None:
        """End the changing line."""
        if self._done and is_terminal() and not self._quiet:
            say("")


def chosen_target(context: Context, region: str | None) -> "Target":
    """The AWS account and region, checked before anything is changed."""
    from photobak.stack.preflight import open_session, require_account, require_permissions, require_region
    from photobak.stack.target import Target

    endpoint_url = os.environ.get("AWS_ENDPOINT_URL")
    session = open_session(region)
    if endpoint_url:
        target = Target(session, endpoint_url.rstrip("/"), _LOCAL_POLL_SECONDS)
    else:
        target = Target(session)
        require_region(session, target.region)
    account = require_account(target)
    may_ask = require_permissions(target, account)
    if not context.quiet:
        say(f"AWS account {account.id}, region {target.region}, as {account.caller}")
        if not may_ask:
            say("Your permissions could not be checked; if one is missing, CloudFormation fails and rolls back.")
    return target


class Approval:
    """Shows each plan and asks for confirmation; it is not called if there is nothing to change."""

    def __init__(self, stack_name: str, yes: bool) -> None:
        self._stack_name, self._yes = stack_name, yes
        self.was_needed = False
        """Whether there was anything to change."""
        self.given = False
        """Whether changes may have been started."""

    def __call__(self, plan: "Plan") -> None:
        """Show a plan and ask; raises click.Abort if the answer is no."""
        self.was_needed = True
        if plan.adopted:
            say(f"A previous stack {self._stack_name} left these resources. They are adopted with their contents:")
            show_kept(plan.adopted)
        else:
            say(f"The stack {self._stack_name} will:")
            show_changes(plan.changes)
            _say_cost(plan.parameters)
        if not self._yes:
            click.confirm("Continue?", abort=True, err=True)
        self.given = True


def _say_cost(parameters: "Mapping[str, str]") -> None:
    from photobak.stack.cost.bill import monthly_bill, options_cost
    from photobak.stack.cost.prices import StorageClass, load_prices
    from photobak.stack.cost.usage import Shelf

    prices, storage = load_prices(), StorageClass(parameters["StorageClass"])
    options = options_cost(prices, parameters)
    empty = options + monthly_bill(prices, Shelf(0, 0), storage).total
    full = options + monthly_bill(prices, Shelf(10_000, 10_000 * 4_000_000), storage).total
    say(f"Estimated cost per month: ${empty:.2f} when empty, ${full:.2f} with 10,000 photos (details: photobak cost).")


def profile_of(name: str, outputs: "StackOutputs", local_account: str | None = None) -> "Profile":
    """Make the profile of a deployed stack.

    Args:
        name: name of the profile.
        outputs: outputs of the stack.
        local_account: the user name on a local stack.
    """
    from photobak.client.profile import Profile

    return Profile(
        name=name,
        region=outputs.region,
        endpoint_url=outputs.endpoint_url,
        api_url=outputs.api_url,
        ws_url=outputs.ws_url,
        bucket=outputs.bucket,
        table=outputs.table,
        contents_table=outputs.contents_table,
        user_pool_id=outputs.user_pool_id,
        client_id=outputs.client_id,
        identity_pool_id=outputs.identity_pool_id,
        hosted_ui_url=outputs.hosted_ui_url,
        issuer=outputs.issuer,
        local_account=local_account,
        max_upload_bytes=outputs.max_upload_bytes,
        refresh_token_days=outputs.refresh_token_days,
    )
