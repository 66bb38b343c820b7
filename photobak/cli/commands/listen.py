"""``photobak listen``: print the messages of a topic."""

import click

from photobak.cli.ui.context import Context, pass_context, require_session
from photobak.cli.ui.terminal import json_line, say


@click.command(name="listen", short_help="Stream an event for each stored photo.")
@click.argument("topic", default="photos")
@click.option("--json", is_flag=True, expose_value=False, help="Accepted for consistency; the output is always JSON.")
@pass_context
def command(context: Context, topic: str) -> None:
    """Print a JSON object for each message on TOPIC (default: photos). Press Ctrl-C to stop.

    The topic `photos` has an event for every photo that is stored or changed, from any machine. A lost connection is
    reopened, and missed events are delivered. Other topics carry what you publish.

    \b
    Examples:
      photobak listen | jq -r .message.filename
      photobak listen doorbell
    """
    from photobak.client.live.listener import Listener

    def tell(trouble: str) -> None:
        if not context.quiet:
            say(f"photobak: {trouble}")

    for message in Listener(require_session(context), topic, tell).messages():
        json_line(message)
