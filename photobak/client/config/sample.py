"""The text of a first ``config.toml``: every setting as a comment, with its meaning and an example."""

from itertools import groupby

from photobak.client.config.document import VERSION
from photobak.client.config.settings import TABLES, keys


def sample() -> str:
    """The text; all of it is comments, tables and the version, so that it changes nothing."""
    lines = ["# Settings of photobak. A line that begins with # has no effect.", f"version = {VERSION}"]
    for table, members in groupby(keys(), key=lambda key: key.table):
        lines += ["", f"# {(TABLES[table].__doc__ or '').partition(': ')[2]}", f"[{table}]"]
        for key in members:
            lines += [f"# {key.meaning.replace('`', '')}", f"# {key.name} = {key.example}"]
    return "\n".join(lines) + "\n"
