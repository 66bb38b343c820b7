"""``photobak config``: the settings in ``config.toml``."""

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from photobak.cli.ui.context import Context, pass_context
from photobak.cli.ui.terminal import is_terminal, json_line, say, shown
from photobak.errors import ConfigError

if TYPE_CHECKING:
    from photobak.client.config.load import Found


@click.group(name="config", short_help="Show and edit the settings.")
def command() -> None:
    """Show and edit the settings: which folders, which files, when, how fast, and whom to tell.

    They are in one file, config.toml; docs/configuration.md explains each of them. An environment variable overrides
    the file, and an option overrides both.

    \b
    Examples:
      photobak config show
      photobak config edit
    """


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per setting.")
@pass_context
def show(context: Context, as_json: bool) -> None:
    """Show every setting, its value, and where it comes from. Of addresses for notices, only the server is shown.

    \b
    Examples:
      photobak config show
      photobak config show --json | jq -r 'select(.source != "default") | .key'
    """
    from photobak.client.config.document import read_document
    from photobak.client.config.load import find_settings

    found = find_settings(read_document(context.places), os.environ)
    if as_json:
        for each in found:
            key = f"{each.key.table}.{each.key.name}"
            json_line({"key": key, "value": _plain(each), "source": each.source})
        return
    table = ""
    for each in found:
        if each.key.table != table:
            table = each.key.table
            click.echo(f"[{table}]")
        click.echo(shown(f"{each.key.name} = {_written(_plain(each))}".ljust(40) + f" # {each.source}"))


@command.command()
@pass_context
def edit(context: Context) -> None:
    """Edit the settings with your editor ($VISUAL or $EDITOR). A file with a mistake is not saved.

    \b
    Example:
      photobak config edit
    """
    from photobak.client.config.document import parse_document, read_text, replace_text
    from photobak.client.config.load import find_settings
    from photobak.client.config.writing import sample

    path = context.places.config_file
    before = read_text(context.places) or sample()
    text = before
    while True:
        edited = click.edit(text, extension=".toml")
        if edited is None or edited == before:
            say("Nothing was changed.")
            return
        try:
            find_settings(parse_document(path, edited), {})
        except ConfigError as error:
            if not is_terminal():
                raise
            say(shown(f"photobak: {error}"))
            if not click.confirm("Edit it again?", default=True, err=True):
                raise
            text = edited
            continue
        replace_text(context.places, edited)
        if not context.quiet:
            say(f"Saved {path}.")
        return


@command.command()
@pass_context
def path(context: Context) -> None:
    """Print the path of config.toml.

    \b
    Example:
      photobak config path
    """
    click.echo(context.places.config_file)


def _plain(found: "Found") -> Any:
    """The value as JSON and TOML can have it; without what may be a secret."""
    value = found.value
    if isinstance(value, tuple):
        return [_server(each) if found.key.secret else str(each) for each in value]
    if found.key.secret and value is not None:
        return _server(value)
    return value if value is None or isinstance(value, bool | int | float | str) else f"{value:%H:%M}"


def _server(url: str) -> str:
    """The scheme and host of an address; the rest may be a password or token."""
    try:
        parts = urlsplit(url)
        return (
            f"{parts.scheme}://{parts.hostname}/…"
            if parts.hostname and parts.path.strip("/")
            else f"{parts.scheme}://…"
        )
    except ValueError:
        return "…"


def _written(value: Any) -> str:
    """The value as TOML has it; nothing for a setting without one."""
    import json

    return "" if value is None else json.dumps(value, ensure_ascii=False)
