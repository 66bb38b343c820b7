"""``photobak gallery``: the web gallery in a browser."""

import click

from photobak.cli.ui.context import Context, pass_context, require_profile


@click.command(name="gallery", short_help="Open the web gallery.")
@click.option("--print", "print_only", is_flag=True, help="Print the URL, and open nothing.")
@pass_context
def command(context: Context, print_only: bool) -> None:
    """Open the web gallery in a browser.

    The page has a sign-in of its own, at the same place as `photobak login`.

    \b
    Examples:
      photobak gallery
      photobak gallery --print
    """
    from photobak.client.account.sign_in.browser import browser_is_here

    url = f"{require_profile(context).api_url.rstrip('/')}/"
    click.echo(url)
    if not print_only and browser_is_here():
        click.launch(url)
