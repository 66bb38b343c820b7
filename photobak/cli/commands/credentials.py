"""``photobak credentials``: the signed-in person's AWS credentials, for the AWS CLI, rclone, s5cmd and any SDK."""

import click

from photobak.cli.ui.context import Context, pass_context, require_session


@click.command(name="credentials", short_help="Print AWS credentials, for aws, rclone and any SDK.")
@pass_context
def command(context: Context) -> None:
    """Print temporary AWS credentials that read your own photos, as a credential_process does.

    They are renewed when they end within five minutes. In ~/.aws/config:

    \b
      [profile photos]
      credential_process = photobak credentials
      region = eu-central-1
    """
    from photobak.client.account.credentials import credential_process_json

    click.echo(credential_process_json(require_session(context).aws_credentials()))
