"""``photobak publish``: say something on a topic."""

import json
from typing import NoReturn

import click

from photobak.cli.ui.context import Context, pass_context, require_session
from photobak.cli.ui.terminal import json_line, plural, say


@click.command(name="publish", short_help="Say something to those who listen.")
@click.argument("topic")
@click.argument("message")
@click.option("--json", "as_json", is_flag=True, help="Print how many connections have heard it as a JSON object.")
@pass_context
def command(context: Context, topic: str, message: str, as_json: bool) -> None:
    """Say MESSAGE to all who listen to TOPIC with your account.

    What is JSON is sent as that, anything else as text.

    \b
      photobak publish doorbell '{"ring": 2}'
    """
    from photobak.client.live.connection import connect

    with connect(require_session(context)) as connection:
        receivers = connection.publish(topic, _value(message))
    if as_json:
        json_line({"type": "published", "topic": topic, "receivers": receivers})
    elif not context.quiet:
        say(f"Heard by {plural(receivers, 'connection')}.")


def _value(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_json)
    except (ValueError, RecursionError):
        return text


def _no_json(name: str) -> NoReturn:
    """NaN and Infinity, which Python takes for numbers and JSON doesn't."""
    raise ValueError(name)
