"""What a person sees of a stack that is made, changed or removed: plain words, and a line for each resource."""

from collections import Counter
from typing import TYPE_CHECKING, Final

from photobak.cli.ui.terminal import is_terminal, say, talk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from photobak.stack.change_set import Adopted, Change
    from photobak.stack.progress import ResourceEvent

_WORDS: Final = {
    "AWS::ApiGatewayV2::Api": "API",
    "AWS::ApiGatewayV2::DomainName": "address of the API",
    "AWS::Budgets::Budget": "budget",
    "AWS::CloudFront::Distribution": "CloudFront distribution",
    "AWS::CloudWatch::Alarm": "alarm",
    "AWS::Cognito::IdentityPool": "identity pool (who may read what)",
    "AWS::Cognito::UserPool": "user pool (accounts)",
    "AWS::Cognito::UserPoolDomain": "address of the sign-in page",
    "AWS::Cognito::UserPoolIdentityProvider": "identity provider",
    "AWS::DynamoDB::Table": "table",
    "AWS::IAM::Role": "role",
    "AWS::Lambda::Function": "function",
    "AWS::Logs::LogGroup": "log",
    "AWS::S3::Bucket": "bucket",
    "AWS::SNS::Topic": "topic of alarms",
    "AWS::SQS::Queue": "queue",
    "AWS::WAFv2::WebACL": "firewall",
}
_BETWEEN: Final = "route, link or permission between them"
"""Everything else: it means nothing by itself."""

_VERBS: Final = {"Add": "make", "Modify": "change", "Remove": "remove", "Import": "take over"}
_NAMED: Final = 3
_ENDINGS: Final = ("_COMPLETE", "_FAILED")


def plain(resource_type: str) -> str:
    """What a person calls a resource of this type."""
    return _WORDS.get(resource_type, _BETWEEN)


def show_changes(changes: "Iterable[Change]") -> None:
    """A table of what would be done: one line for each kind of thing, its names behind it."""
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
    """What is kept, whatever becomes of its stack."""
    for one in kept:
        say(f"  {plain(one.type)} {one.name}")


class Follower:
    """Tells how far CloudFormation is: a line that changes on a terminal, a line an ending elsewhere."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._done: Counter[str] = Counter()

    def __call__(self, event: "ResourceEvent") -> None:
        """Take one event."""
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
        """Leave the line that changes."""
        if self._done and is_terminal() and not self._quiet:
            say("")
