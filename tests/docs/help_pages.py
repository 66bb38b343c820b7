"""Write docs/help.md, every help text in one page: ``python tests/docs/help_pages.py``; a test compares it."""

from collections.abc import Iterator
from pathlib import Path

import click

from photobak.cli.main import command

PAGE = Path(__file__).parents[2] / "docs" / "help.md"
WIDTH = 100


def page() -> str:
    """The page as it should be."""
    settings = {**command.context_settings, "max_content_width": WIDTH, "terminal_width": WIDTH}
    context = click.Context(command, info_name="photobak", **settings)
    heading = "# Help\n\nWhat `--help` says of each command. Made by `python tests/docs/help_pages.py`.\n"
    return heading + "".join(
        f"\n## {each.command_path}\n\n```text\n{each.command.get_help(each).rstrip()}\n```\n"
        for each in _contexts(context)
    )


def _contexts(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            inner = context.command.get_command(context, name)
            if inner is not None:
                yield from _contexts(
                    click.Context(inner, parent=context, info_name=name, max_content_width=WIDTH, terminal_width=WIDTH)
                )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
