"""``photobak listen``: hear what is said on a topic."""

import click

from photobak.cli.ui.context import Context, pass_context, require_session
from photobak.cli.ui.terminal import json_line, say


@click.command(name="listen", short_help="Hear of each photo as it is stored.")
@click.argument("topic", default="photos")
@click.option("--json", is_flag=True, expose_value=False, help="As it does anyway, for scripts that always ask for it.")
@pass_context
def command(context: Context, topic: str) -> None:
    """Print a JSON object for each message of TOPIC, until it is stopped.

    The topic `photos` tells of every photo of yours that is stored or changes, on whichever machine. A connection that
    is lost is made again, and what was missed meanwhile is caught up on. Other topics carry what you publish.

    \b
      photobak listen | jq -r .message.filename
      photobak listen doorbell
    """
    from photobak.client.live.listener import Listener

    def tell(trouble: str) -> None:
        if not context.quiet:
            say(f"photobak: {trouble}")

    for message in Listener(require_session(context), topic, tell).messages():
        json_line(message)
