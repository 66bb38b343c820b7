"""What state a stack is in, and what can be done about it."""

from typing import TYPE_CHECKING, Final, Literal

from botocore.exceptions import ClientError

from photobak.errors import StackError
from photobak.stack.aws_errors import aws_errors
from photobak.stack.target import Target

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

Kind = Literal["CREATE", "UPDATE"]

_NOT_YET: Final = ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE")
"""A change set that nobody executed leaves an empty stack behind."""

_WAYS_OUT: Final = {
    "ROLLBACK_COMPLETE": (
        "it could not be made the first time, and only its empty shell is left",
        "Remove the shell with `photobak destroy --stack-name {name}`, and deploy again.",
    ),
    "ROLLBACK_FAILED": (
        "it could not be made the first time, and not be cleared away either",
        "Remove what is left with `photobak destroy --stack-name {name}`, and deploy again.",
    ),
    "DELETE_FAILED": (
        "it could not be removed whole",
        "Type `photobak destroy --stack-name {name}` again; it names what is in the way.",
    ),
    "UPDATE_ROLLBACK_FAILED": (
        "an update failed, and so did the way back",
        "Its events name what else is in the way; then type "
        "`aws cloudformation continue-update-rollback --stack-name {name}`, and deploy again. "
        "Photos, records and accounts are untouched.",
    ),
}


def stack_of(target: Target, name: str) -> "StackTypeDef | None":
    """The stack as CloudFormation describes it; None where there is none.

    Raises:
        StackError: CloudFormation can't be asked.
    """
    with aws_errors(f"the stack {name} can't be read"):
        cloudformation = target.client("cloudformation")
        try:
            stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
    return None if stack["StackStatus"] == "DELETE_COMPLETE" else stack


def is_changing(stack: "StackTypeDef | None") -> bool:
    """Whether CloudFormation is at work on it."""
    status = stack["StackStatus"] if stack else ""
    return status.endswith("_IN_PROGRESS") and status not in _NOT_YET


def is_new(stack: "StackTypeDef | None") -> bool:
    """Whether nothing of it has been made yet."""
    return stack is None or stack["StackStatus"] in _NOT_YET


def way_out_of(name: str, status: str) -> str:
    """What to do about a stack that is stuck in this state; "" where it isn't."""
    return _WAYS_OUT[status][1].format(name=name) if status in _WAYS_OUT else ""


def kind_of_change(name: str, status: str | None) -> Kind:
    """Whether a stack that rests in this state is to be made or changed.

    Raises:
        StackError: neither can be done; says the way out.
    """
    if status is None or status in _NOT_YET:
        return "CREATE"
    if status in _WAYS_OUT:
        why, next_step = _WAYS_OUT[status][0], way_out_of(name, status)
        raise StackError(f"the stack {name} is in the state {status}", why=why, next_step=next_step)
    return "UPDATE"
