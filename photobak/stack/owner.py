"""The first user of a stack: whom Cognito invites by e-mail."""

from photobak.errors import StackError, WrongUsage
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
    from botocore.exceptions import ClientError

    cognito = target.session.client("cognito-idp", endpoint_url=target.endpoint_url)
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
    except ClientError as error:
        next_step = "The stack is ready; type `photobak deploy` again to invite."
        raise StackError(f"{email} could not be invited", why=str(error), next_step=next_step) from error
    return True
