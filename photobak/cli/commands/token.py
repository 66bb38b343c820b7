"""``photobak token``: the ID token, for other programs."""

import click

from photobak.cli.ui.context import Context, pass_context, require_session


@click.command(name="token", short_help="Print the ID token, for curl and other programs.")
@pass_context
def command(context: Context) -> None:
    """Print an ID token that is good for at least five minutes.

    Whoever has it is you, for up to an hour: give it to programs, not to people.

    \b
      curl -H "Authorization: Bearer $(photobak token)" "$API_URL/list/photos?limit=3"
    """
    click.echo(require_session(context).id_token())
