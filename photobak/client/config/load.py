"""Reads the settings: an environment variable overrides ``config.toml``, which overrides the default.

An option on the command line overrides all of them; the command does that itself.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from photobak.client.config.document import Document, read_document
from photobak.client.config.settings import TABLES, Key, Settings, keys
from photobak.client.places import Places
from photobak.errors import ConfigError

_OTHER_KEYS: Final = ("version", "default", "profiles")
"""What else the file holds; ``photobak.client.profile`` checks the last two."""


@dataclass(frozen=True, slots=True)
class Found:
    """A setting's value, and where it comes from."""

    key: Key
    value: Any
    source: str
    """``default``, the name of a variable, or ``config.toml``."""


def load_settings(places: Places, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this user, checked.

    Raises:
        ConfigError: the file cannot be read, or a setting is unknown or wrong; it names the file, the line and the key.
    """
    return settings_of(find_settings(read_document(places), environ))


def find_settings(document: Document, environ: Mapping[str, str]) -> list[Found]:
    """Every setting with its value and source; raises as ``load_settings``."""
    known = list(keys())
    _require_known(document, known)
    return [_find(document, environ, key) for key in known]


def settings_of(found: list[Found]) -> Settings:
    """Group values by their tables."""
    tables: dict[str, dict[str, Any]] = {name: {} for name in TABLES}
    for each in found:
        tables[each.key.table][each.key.name] = each.value
    return Settings(**{name: kind(**tables[name]) for name, kind in TABLES.items()})


def _require_known(document: Document, known: list[Key]) -> None:
    for name, table in document.tables.items():
        if name in _OTHER_KEYS:
            continue
        if name not in TABLES:
            raise document.unknown([name], [*TABLES, *_OTHER_KEYS])
        if not isinstance(table, dict):
            raise document.mistake([name], f"it must be a table, [{name}]")
        names = [key.name for key in known if key.table == name]
        for each in table:
            if each not in names:
                raise document.unknown([name, each], names)


def _find(document: Document, environ: Mapping[str, str], key: Key) -> Found:
    if written := environ.get(key.variable):
        try:
            return Found(key, key.parse(_parse_variable(key, written)), key.variable)
        except ValueError as error:
            raise ConfigError(
                f"cannot use the variable {key.variable}",
                why=str(error),
                next_step=f"Correct {key.variable}, or unset it",
            ) from error
    table = document.tables.get(key.table, {})
    if key.name not in table:
        return Found(key, key.default, "default")
    try:
        return Found(key, key.parse(table[key.name]), document.path.name)
    except ValueError as error:
        raise document.mistake([key.table, key.name], str(error)) from error


def _parse_variable(key: Key, written: str) -> object:
    """The value of a variable as TOML would have it: numbers, true and false as they are, texts without quotes.

    A list is written as in the file; a single entry may stand alone.
    """
    is_list = isinstance(key.default, tuple)
    if written.startswith("[") if is_list else isinstance(key.default, int):
        try:
            return tomllib.loads(f"value = {written}")["value"]
        except tomllib.TOMLDecodeError:
            return written
    return [written] if is_list else written
