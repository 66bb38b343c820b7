"""The file ``config.toml`` itself: read, changed with its comments kept, and searched for the line of a key."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from photobak.client.places import Places
from photobak.errors import ConfigError
from photobak.platform.private_files import write_private

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

VERSION: Final = 1
"""The format that this photobak writes; a file without ``version`` has format 1."""

_HEADER: Final = re.compile(r"\s*\[\s*([^\[\]#]+?)\s*\]")
_KEY: Final = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([A-Za-z0-9_-]+))\s*=""")


@dataclass(frozen=True, slots=True)
class Document:
    """The file as it was read; empty if there is none."""

    path: Path
    text: str
    tables: Mapping[str, Any]
    """What the TOML means."""

    def mistake(self, keys: Sequence[str], problem: str) -> ConfigError:
        """The error for a key, with its line if that can be found.

        Args:
            keys: the table's name, if the key is in one, and the key's.
            problem: what is wrong with it.
        """
        line = line_of(self.text, keys)
        where = f"{self.path}, line {line}" if line else str(self.path)
        return ConfigError(
            f"cannot use {where}", why=f"{'.'.join(keys)}: {problem}", next_step="Correct it with: photobak config edit"
        )

    def unknown(self, keys: Sequence[str], known: Sequence[str]) -> ConfigError:
        """The error for a key that does not exist, with a suggestion."""
        from difflib import get_close_matches

        close = get_close_matches(keys[-1], known, 1)
        return self.mistake(
            keys, "there is no such setting" + (f"; did you mean {'.'.join((*keys[:-1], close[0]))}?" if close else "")
        )


def read_document(places: Places) -> Document:
    """Read ``config.toml``.

    Raises:
        ConfigError: it cannot be read, is not TOML, or a newer photobak wrote it.
    """
    return parse_document(places.config_file, read_text(places))


def read_text(places: Places) -> str:
    """The text of ``config.toml``, empty if there is none; ConfigError if it cannot be read."""
    path = places.config_file
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def parse_document(path: Path, text: str) -> Document:
    """Parse the text of a ``config.toml``; raises as ``read_document``."""
    try:
        document = Document(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(path, error) from error
    version = document.tables.get("version", VERSION)
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise document.mistake(["version"], f"it must be a whole number; this photobak writes {VERSION}")
    if version > VERSION:
        raise ConfigError(
            f"{path} was written for a newer photobak",
            why=f"its version is {version}, and this photobak reads {VERSION}",
            next_step="Update photobak, or move the file away and run: photobak setup",
        )
    return document


def change_document(places: Places, change: "Callable[[TOMLDocument], None]") -> None:
    """Apply a change to ``config.toml`` and write it; comments, order and unknown keys stay.

    Raises:
        ConfigError: it cannot be read or written; the old file is still there.
    """
    import tomlkit

    document = read_document(places)
    changed = tomlkit.parse(document.text)
    change(changed)
    text = tomlkit.dumps(changed)
    if text != document.text:
        replace_text(places, text)


def replace_text(places: Places, text: str) -> None:
    """Write a whole ``config.toml``, readable for its owner only; ConfigError if that fails."""
    write_private(places.config_file.resolve(), text.encode())  # of a symbolic link, the file that it names


def line_of(text: str, keys: Sequence[str]) -> int | None:
    """The line of a key, counted from 1; the header's line for a table; None if it is not found.

    Args:
        text: the file.
        keys: ``["limits", "jobs"]``, ``["version"]``, ``["profiles", "home", "region"]``.
    """
    *table, name = keys
    here: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            here = [part.strip().strip("\"'") for part in header[1].split(".")]
            if here == list(keys):
                return number
        elif here == table and (key := _KEY.match(line)) and name in key.groups():
            return number
    return None


def _unreadable(path: Path, error: Exception) -> ConfigError:
    return ConfigError(
        f"{path} cannot be read",
        why=(getattr(error, "strerror", None) or str(error)),
        next_step="Correct it by hand, or move it away and run: photobak setup",
    )
