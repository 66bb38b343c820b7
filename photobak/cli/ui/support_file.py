"""The support file of ``doctor --bundle``: what helps others to find a fault, without secrets and names of photos."""

import os
import platform
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from photobak import __version__
from photobak.cli.ui.context import Context
from photobak.cli.ui.log_file import last_lines
from photobak.cli.ui.redact import GONE, Redactor, without_names
from photobak.client.account.tokens.file import FileStore
from photobak.client.config.document import read_text
from photobak.client.config.load import load_settings
from photobak.client.config.settings import Settings
from photobak.client.doctor.check import Result
from photobak.client.profile import load_profile
from photobak.errors import PhotobakError, WrongUsage, reason_of
from photobak.platform.private_files import write_private

_LOG_LINES = 500


def write_support_file(context: Context, path: Path, results: Sequence[Result]) -> None:
    """Write it, readable for its owner only.

    Raises:
        WrongUsage: it cannot be written.
    """
    redact = _redactor(context)
    folders = [str(folder) for folder in _settings(context).folders.paths]
    text = redact(without_names("\n".join(_lines(context, results)), folders)) + "\n"
    try:
        write_private(path.absolute(), text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise WrongUsage(f"cannot write {path}", why=reason_of(error)) from error


def _lines(context: Context, results: Sequence[Result]) -> Iterator[str]:
    yield "photobak support file"
    yield f"photobak {__version__}, Python {platform.python_version()}, {platform.platform()}"
    yield f"SQLite {sqlite3.sqlite_version}, {platform.machine()}"
    yield "\nChecks"
    for each in results:
        cure = f" (cure: {each.cure})" if each.cure else ""
        yield f"{'ok' if each.ok else 'WRONG'} {each.check}: {each.detail}{cure}"
    yield "\nconfig.toml"
    with suppress(PhotobakError):
        yield read_text(context.places)
    yield "\nVariables"
    for name in sorted(os.environ):
        if name.startswith(("PHOTOBAK_", "AWS_", "XDG_")) or name.lower().endswith("_proxy"):
            yield f"{name}={_variable(name, os.environ[name])}"
    yield f"\nLog, the last {_LOG_LINES} lines"
    yield from last_lines(context.places, _LOG_LINES)


def _variable(name: str, value: str) -> str:
    secret = ("SECRET", "TOKEN", "KEY", "PASSWORD", "NOTIFY")
    return GONE if any(word in name for word in secret) and name != "PHOTOBAK_TOKEN_STORE" else value


def _settings(context: Context) -> Settings:
    try:
        return load_settings(context.places)
    except PhotobakError:
        return Settings()


def _redactor(context: Context) -> Redactor:
    """One that knows the secrets of this profile and its settings."""
    notify = _settings(context).notify
    secrets = [part for url in (*notify.urls, notify.ping or "") for part in _parts(url)]
    private = [(str(Path.home()), "~")]
    with suppress(PhotobakError, OSError):
        profile = load_profile(context.places, context.profile)
        sign_in = FileStore.of(context.places, profile.name).read() if profile else None
        if sign_in is not None:
            tokens, credentials = sign_in.tokens, sign_in.credentials
            secrets += [tokens.id_token, tokens.refresh_token, tokens.subject, tokens.email, sign_in.identity_id or ""]
            if credentials is not None:
                secrets += [credentials.access_key_id, credentials.secret_access_key, credentials.session_token]
    return Redactor(secrets, private)


def _parts(url: str) -> list[str]:
    """All of an address for notices but its scheme and host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return [url]
    return [parts.path, *parts.path.split("/"), parts.query, parts.username or "", parts.password or ""]
