"""``photobak credentials``: the signed-in person's AWS credentials, for the AWS CLI, rclone, s5cmd and any SDK."""

import click

from photobak.cli.ui.context import Context, pass_context, require_session


@click.command(name="credentials", short_help="Print AWS credentials for the AWS CLI, rclone and SDKs.")
@pass_context
def command(context: Context) -> None:
    """Print temporary AWS credentials that can read your photos, in credential_process format.

    They are renewed if they expire within five minutes.

    \b
    Example, in ~/.aws/config:
      [profile photos]
      credential_process = photobak credentials
      region = eu-central-1
    """
    from photobak.client.account.credentials import credential_process_json

    click.echo(credential_process_json(require_session(context).aws_credentials()))
