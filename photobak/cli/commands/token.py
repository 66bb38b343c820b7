"""``photobak token``: the ID token, for other programs."""

import click

from photobak.cli.ui.context import Context, pass_context, require_session


@click.command(name="token", short_help="Print the ID token, for curl and other programs.")
@pass_context
def command(context: Context) -> None:
    """Print an ID token that is valid for at least five minutes.

    Keep it secret: anyone who has it can act as you for up to an hour.

    \b
    Example:
      curl -H "Authorization: Bearer $(photobak token)" "$API_URL/list/photos?limit=3"
    """
    click.echo(require_session(context).id_token())
