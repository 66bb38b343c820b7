"""``photobak publish``: publish a message to a topic."""

import json
from typing import NoReturn

import click

from photobak.cli.ui.context import Context, pass_context, require_session
from photobak.cli.ui.terminal import json_line, plural, say


@click.command(name="publish", short_help="Publish a message to a topic.")
@click.argument("topic")
@click.argument("message")
@click.option("--json", "as_json", is_flag=True, help="Print the number of receivers as a JSON object.")
@pass_context
def command(context: Context, topic: str, message: str, as_json: bool) -> None:
    """Publish MESSAGE to all listeners of TOPIC that are signed in to your account.

    MESSAGE is sent as JSON if it is valid JSON, and as text otherwise.

    \b
    Example:
      photobak publish doorbell '{"ring": 2}'
    """
    from photobak.client.live.connection import connect

    with connect(require_session(context)) as connection:
        receivers = connection.publish(topic, _value(message))
    if as_json:
        json_line({"type": "published", "topic": topic, "receivers": receivers})
    elif not context.quiet:
        say(f"Delivered to {plural(receivers, 'connection')}.")


def _value(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_json)
    except (ValueError, RecursionError):
        return text


def _no_json(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python accepts and JSON does not."""
    raise ValueError(name)
