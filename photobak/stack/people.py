"""The people who may use one cloud: who they are, and who may no longer sign in.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from photobak.errors import WrongUsage
from photobak.stack.aws_errors import aws_errors
from photobak.stack.outputs import StackOutputs
from photobak.stack.target import Target

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp.type_defs import UserTypeTypeDef


class PersonState(StrEnum):
    """Whether a person can sign in."""

    ACTIVE = "active"
    INVITED = "invited"
    """They have not signed in yet."""
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Person:
    """One account of the user pool."""

    username: str
    """The pool's name of the account."""
    email: str
    state: PersonState
    created_at: datetime

    def to_json(self) -> dict[str, Any]:
        """The line of ``people list --json``."""
        return {"email": self.email, "state": self.state.value, "created_at": self.created_at.isoformat()}


def invite(target: Target, outputs: StackOutputs, email: str) -> bool:
    """Make an account; Cognito sends its owner a temporary password, which the first sign-in changes.

    Returns:
        False where there is such an account already: nothing is sent.

    Raises:
        WrongUsage: it is no e-mail address.
        StackError: Cognito refuses.
    """
    cognito = target.client("cognito-idp")
    next_step = f"The stack is ready; to invite, run: photobak people invite {email}"
    with aws_errors(f"{email} could not be invited", next_step):
        try:
            cognito.admin_create_user(
                UserPoolId=outputs.user_pool_id,
                Username=email,
                DesiredDeliveryMediums=["EMAIL"],
                UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
            )
        except cognito.exceptions.UsernameExistsException:
            return False
        except cognito.exceptions.InvalidParameterException as error:
            raise WrongUsage(f"{email!r} can't be invited", why=error.response["Error"].get("Message", "")) from error
    return True


def has_accounts(target: Target, outputs: StackOutputs) -> bool:
    """Whether anybody can sign in: the run that was to invite the owner may have been cut off.

    Raises:
        StackError: Cognito can't be asked.
    """
    cognito = target.client("cognito-idp")
    with aws_errors("it can't be seen who has an account"):
        return bool(cognito.list_users(UserPoolId=outputs.user_pool_id, Limit=1)["Users"])


def list_people(target: Target, outputs: StackOutputs) -> Iterator[Person]:
    """Everyone with an account; StackError if Cognito cannot be asked."""
    with aws_errors("the list of people cannot be read"):
        pages = target.client("cognito-idp").get_paginator("list_users").paginate(UserPoolId=outputs.user_pool_id)
        for page in pages:
            yield from map(_person, page["Users"])


def find_person(target: Target, outputs: StackOutputs, email: str) -> list[Person]:
    """The accounts with this address: one, or another one for each identity provider.

    Raises:
        WrongUsage: there is none.
        StackError: Cognito cannot be asked.
    """
    found = [each for each in list_people(target, outputs) if each.email.casefold() == email.casefold()]
    if not found:
        raise WrongUsage(f"nobody has the address {email}", next_step="To see who has an account: photobak people list")
    return found


def disable(target: Target, outputs: StackOutputs, person: Person) -> None:
    """Let a person sign in no more, and end their sign-ins; their photos stay.

    What they already hold ends by itself: ID tokens and AWS credentials within an hour.

    Raises:
        StackError: Cognito refuses.
    """
    cognito = target.client("cognito-idp")
    account = {"UserPoolId": outputs.user_pool_id, "Username": person.username}
    with aws_errors(f"{person.email} could not be disabled"):
        cognito.admin_disable_user(**account)
        cognito.admin_user_global_sign_out(**account)


def enable(target: Target, outputs: StackOutputs, person: Person) -> None:
    """Let a disabled person sign in again; StackError if Cognito refuses."""
    with aws_errors(f"{person.email} could not be enabled"):
        target.client("cognito-idp").admin_enable_user(UserPoolId=outputs.user_pool_id, Username=person.username)


def set_password(target: Target, outputs: StackOutputs, person: Person, password: str) -> None:
    """Give a person a password, where no mail reaches them: on a local stack; StackError if Cognito refuses."""
    with aws_errors(f"the password of {person.email} could not be set"):
        target.client("cognito-idp").admin_set_user_password(
            UserPoolId=outputs.user_pool_id, Username=person.username, Password=password, Permanent=True
        )


def _person(user: "UserTypeTypeDef") -> Person:
    attributes = {each["Name"]: each.get("Value", "") for each in user.get("Attributes", [])}
    state = PersonState.INVITED if user.get("UserStatus") == "FORCE_CHANGE_PASSWORD" else PersonState.ACTIVE
    if not user.get("Enabled", True):
        state = PersonState.DISABLED
    return Person(user["Username"], attributes.get("email", user["Username"]), state, user["UserCreateDate"])
