"""``photobak local``: the cloud on this machine."""

import click

from photobak.cli.ui.context import Context, pass_context
from photobak.cli.ui.local_stack import forget_local_profiles, local_home, sign_in_local_account, start_local_stack
from photobak.cli.ui.terminal import bytes_text, json_line, say


@click.group(name="local", short_help="Run the cloud on this machine.")
def command() -> None:
    """Run the cloud on this machine.

    The local stack runs the same template and code as on AWS, with the AWS emulator MiniStack on 127.0.0.1.

    \b
    Examples:
      photobak local up
      photobak sync ~/Pictures
      photobak local down
    """


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@pass_context
def up(context: Context, as_json: bool) -> None:
    """Start the local stack, deploy the cloud to it, and sign in. Does nothing if it is running already.

    \b
    Example:
      photobak local up
    """
    stack = start_local_stack(context)
    if as_json:
        json_line({"endpoint_url": stack.endpoint_url, "api_url": stack.outputs.api_url, "pid": stack.pid})
    elif not context.quiet:
        say(f"The local stack is ready at {stack.endpoint_url}, and you are signed in.")
        say("Next: photobak sync ~/Pictures")


@command.command()
@pass_context
def down(context: Context) -> None:
    """Stop the local stack. Stored photos are kept.

    \b
    Example:
      photobak local down
    """
    from photobak.local.lifecycle import down

    down(local_home(context))
    if not context.quiet:
        say("Stopped the local stack. Your photos are kept; start it again with: photobak local up")


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option("--show-password", is_flag=True, help="Also print the passwords for the sign-in page.")
@pass_context
def status(context: Context, as_json: bool, show_password: bool) -> None:
    """Show whether the local stack is running, and its memory and disk usage.

    \b
    Examples:
      photobak local status
      photobak local status --show-password
    """
    from photobak.local.lifecycle import status

    found = status(local_home(context))
    stack = found.stack
    accounts = [
        {"name": account.name, "username": account.username} | ({"password": account.password} if show_password else {})
        for account in (stack.accounts if stack else ())
    ]
    if as_json:
        json_line({
            "running": stack is not None,
            "endpoint_url": stack.endpoint_url if stack else None,
            "pid": stack.pid if stack else None,
            "memory_bytes": found.memory_bytes,
            "disk_bytes": found.disk_bytes,
            "home": str(found.home),
            "log_file": str(found.log_file),
            "accounts": accounts,
        })  # fmt: skip
        return
    where = (
        f"is running at {stack.endpoint_url} (process {stack.pid})" if stack else "is not running: photobak local up"
    )
    click.echo(f"The local stack {where}")
    click.echo(f"memory   {bytes_text(found.memory_bytes)}")
    click.echo(f"disk     {bytes_text(found.disk_bytes)} in {found.home}")
    click.echo(f"log      {found.log_file}")
    for account in accounts:
        click.echo(f"account  {account['username']}" + (f"  {account['password']}" if show_password else ""))


@command.command()
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@pass_context
def reset(context: Context, yes: bool) -> None:
    """Stop the local stack and delete everything stored in it, including photos.

    \b
    Example:
      photobak local reset --yes
    """
    from photobak.local.lifecycle import reset

    if not yes:
        click.confirm("Delete the local stack and all photos stored in it?", abort=True, err=True)
    reset(local_home(context))
    forget_local_profiles(context)
    if not context.quiet:
        say("Deleted the local stack.")


@command.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@pass_context
def user(context: Context, name: str, as_json: bool) -> None:
    """Create another account on the local stack, and sign it in as profile local-NAME.

    \b
    Examples:
      photobak local user alice
      photobak --profile local-alice ls
    """
    from photobak.local.lifecycle import add_user

    stack = start_local_stack(context)
    account = add_user(local_home(context), name)
    profile = sign_in_local_account(context, stack, account)
    if as_json:
        json_line({"profile": profile.name, "username": account.username})
    else:
        say(f"Signed in as {account.username}. Use it with: photobak --profile {profile.name} sync PATH")
