"""The help texts: each command has one, with an example, and the page of all of them is up to date."""

import importlib.util
from pathlib import Path

import click
import pytest

from photobak.cli.main import COMMANDS, command

_SCRIPT = Path(__file__).parents[1] / "docs" / "help_pages.py"


def _help_pages():
    spec = importlib.util.spec_from_file_location("help_pages", _SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_commands_say():
    help_pages = _help_pages()
    assert help_pages.PAGE.read_text(encoding="utf-8") == help_pages.page(), "run python tests/docs/help_pages.py"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_shows_an_example(name):
    found = command.get_command(click.Context(command), name)
    assert f"photobak {name}" in found.help


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says_of_itself(name):
    found = command.get_command(click.Context(command), name)
    assert found.get_short_help_str(200) == COMMANDS[name]
