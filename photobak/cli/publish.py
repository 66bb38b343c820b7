"""``photobak publish``: say something on a topic."""

import json

import click

from photobak.cli.context import Context, pass_context
from photobak.cli.terminal import plural, say


@click.command(name="publish", short_help="Say something to those who listen.")
@click.argument("topic")
@click.argument("message")
@pass_context
def command(context: Context, topic: str, message: str) -> None:
    """Say MESSAGE to all who listen to TOPIC with your account.

    What is JSON is sent as that, anything else as text.

    \b
      photobak publish doorbell '{"ring": 2}'
    """
    from photobak.cli.signed_in import require_session
    from photobak.client.live import connect

    with connect(require_session(context)) as connection:
        receivers = connection.publish(topic, _value(message))
    if not context.quiet:
        say(f"Heard by {plural(receivers, 'connection')}.")


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text
