"""Writes settings: a first ``config.toml`` with every setting as a comment, and changes of single settings."""

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

from photobak.client.config.document import VERSION, change_document, read_text, replace_text
from photobak.client.config.settings import TABLES, keys
from photobak.client.places import Places

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def save_settings(places: Places, values: Mapping[str, Any]) -> None:
    """Write settings into ``config.toml``; all others stay as they are.

    Args:
        places: where the file is.
        values: by table and name, such as ``limits.jobs``, as TOML has them.

    Raises:
        ConfigError: the file cannot be read or written.
    """
    import tomlkit

    if not read_text(places):
        replace_text(places, sample())

    def change(document: "TOMLDocument") -> None:
        for key, value in values.items():
            table, _, name = key.partition(".")
            found = document.setdefault(table, tomlkit.table())
            if found.get(name) != value:
                found[name] = value

    change_document(places, change)


def sample() -> str:
    """The text of a first file; all of it is comments, empty tables and the version, so that it changes nothing."""
    lines = ["# Settings of photobak. A line that begins with # has no effect.", f"version = {VERSION}"]
    for table, members in groupby(keys(), key=lambda key: key.table):
        lines += ["", f"# {(TABLES[table].__doc__ or '').partition(': ')[2]}", f"[{table}]"]
        for key in members:
            lines += [f"# {key.meaning.replace('`', '')}", f"# {key.name} = {key.example}"]
    return "\n".join(lines) + "\n"
