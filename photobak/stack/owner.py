"""The first user of a stack: whom Cognito invites by e-mail."""

from photobak.errors import WrongUsage
from photobak.stack.aws_errors import aws_errors
from photobak.stack.outputs import StackOutputs
from photobak.stack.target import Target


def invite(target: Target, outputs: StackOutputs, email: str) -> bool:
    """Make an account; Cognito sends its owner a temporary password, which the first sign-in changes.

    Returns:
        False where there is such an account already: nothing is sent.

    Raises:
        WrongUsage: it is no e-mail address.
        StackError: Cognito refuses.
    """
    cognito = target.client("cognito-idp")
    next_step = f"The stack is ready; type `photobak deploy --email {email}` again to invite."
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
