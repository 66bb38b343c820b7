"""A profile: which cloud photobak talks to. Profiles are tables of ``config.toml``, and hold no secrets.

They look like this; keys that this version does not know, and comments, are kept when the file is written again::

    default = "home"

    [profiles.home]
    region = "eu-central-1"
    api_url = "https://….execute-api.eu-central-1.amazonaws.com"
    …

A command uses ``--profile NAME``, else ``$PHOTOBAK_PROFILE``, else ``default`` of the file, else the only profile.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from photobak.client.config.document import Document, change_document, read_document
from photobak.client.places import Places
from photobak.errors import ConfigError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
_NUMBERS = {"refresh_token_days": "days", "max_upload_bytes": "bytes"}
_SECURE_SCHEME = {"http": "https", "ws": "wss"}


@dataclass(frozen=True, slots=True)
class Profile:
    """One cloud, as ``deploy`` or ``local up`` wrote it down."""

    name: str
    """The table's name; letters, digits, ``.``, ``_`` and ``-``."""
    region: str
    """AWS region, ``eu-central-1``."""
    api_url: str
    """The HTTP API, without a final slash."""
    bucket: str
    """The photo bucket."""
    table: str
    """The table ``Photos``."""
    contents_table: str
    """The table ``Contents``."""
    user_pool_id: str
    """``region_id``."""
    client_id: str
    """The user pool's app client. Not a secret: a native application can't keep one (RFC 8252, 8.5)."""
    identity_pool_id: str
    """``region:uuid``."""
    hosted_ui_url: str
    """Where Cognito's sign-in pages are, without a final slash: the pool's domain, or the local stack."""
    issuer: str
    """The ``iss`` of the pool's tokens (an https URL on the local stack too)."""
    ws_url: str | None = None
    """The WebSocket API, ``wss://…``."""
    endpoint_url: str | None = None
    """Where all AWS services are; None means AWS itself."""
    local_account: str | None = None
    """The user name that ``local up`` made, on a local stack."""
    max_upload_bytes: int = 5 * 1024**3
    """The largest file that one presigned POST takes (the template's MaxUploadBytes)."""
    refresh_token_days: int = 365
    """How long a sign-in lasts (the template's RefreshTokenDays); Cognito doesn't tell its clients."""

    @property
    def is_local(self) -> bool:
        """Whether this is a local stack."""
        return self.endpoint_url is not None


def load_profile(places: Places, name: str | None, environ: Mapping[str, str] = os.environ) -> Profile | None:
    """The profile called ``name``; if ``name`` is None, the one to use; None if there are none at all.

    Raises:
        ConfigError: there is no such profile, several are there and none is the default, or the file cannot be used.
    """
    document = read_document(places)
    name = name or environ.get("PHOTOBAK_PROFILE") or _default(document)
    if name is None:
        return None
    known = _tables(document)
    if name not in known:
        raise ConfigError(
            f"there is no profile {name!r}",
            why=f"{places.config_file} has {', '.join(sorted(known)) or 'none'}",
            next_step="Make one with: photobak deploy, or photobak local up",
        )
    return _parse(document, name, known[name])


def save_profile(places: Places, profile: Profile, *, make_default: bool = False) -> None:
    """Write ``profile`` into ``config.toml``; the first one becomes the default.

    Raises:
        ConfigError: the name or the file cannot be used.
    """
    import tomlkit

    document = read_document(places)
    _require_name(document, profile.name)
    _tables(document)  # raises if it is no table

    def change(changed: "TOMLDocument") -> None:
        tables = changed.setdefault("profiles", tomlkit.table(is_super_table=True))
        table = tables.setdefault(profile.name, tomlkit.table())
        for field in fields(Profile):
            value = getattr(profile, field.name)
            if field.name == "name":
                continue
            if value is None:
                table.pop(field.name, None)
            else:
                table[field.name] = value
        if make_default or "default" not in changed:
            changed["default"] = profile.name

    change_document(places, change)


def remove_profile(places: Places, name: str) -> None:
    """Remove the profile called ``name`` from ``config.toml``, if it is there.

    Raises:
        ConfigError: the file cannot be used.
    """
    if name not in _tables(read_document(places)):
        return

    def change(changed: "TOMLDocument") -> None:
        del changed["profiles"][name]
        if changed.get("default") == name:
            del changed["default"]

    change_document(places, change)


def profile_names(places: Places) -> list[str]:
    """The names of all profiles, sorted."""
    return sorted(_tables(read_document(places)))


def default_profile_name(places: Places) -> str | None:
    """The profile to use if none is named, without regard to the environment; None if there are none.

    Raises:
        ConfigError: there are several and the file names no default.
    """
    return _default(read_document(places))


def _tables(document: Document) -> Mapping[str, Any]:
    found = document.tables.get("profiles", {})
    if not isinstance(found, dict):
        raise document.mistake(["profiles"], "it must be a table of profiles, [profiles.NAME]")
    return found


def _default(document: Document) -> str | None:
    known = _tables(document)
    default = document.tables.get("default")
    if default is not None:
        if not isinstance(default, str):
            raise document.mistake(["default"], "it must be the name of a profile")
        return default
    if len(known) > 1:
        raise ConfigError(
            f"{document.path} names no default profile",
            why=f"it has {', '.join(sorted(known))}",
            next_step='Say which with --profile NAME, or add the line: default = "NAME"',
        )
    return next(iter(known), None)


def _parse(document: Document, name: str, table: Any) -> Profile:
    """Check one table key by key: it may have been written by hand."""
    _require_name(document, name)
    if not isinstance(table, dict):
        raise document.mistake(["profiles", name], "it must be a table, [profiles.NAME]")
    values: dict[str, Any] = {"name": name}
    for field in fields(Profile):
        if field.name in table:
            values[field.name] = _value(document, ["profiles", name, field.name], table[field.name])
        elif field.default is MISSING and field.name != "name":
            raise document.mistake(["profiles", name, field.name], "it is missing")
    return Profile(**values)


def _value(document: Document, keys: list[str], value: object) -> str | int:
    field = keys[-1]
    if field in _NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise document.mistake(keys, f"it must be a number of {_NUMBERS[field]}")
        return value
    if not isinstance(value, str) or not value:
        raise document.mistake(keys, "it must be a text that isn't empty")
    if field == "issuer" or field.endswith("_url"):
        problem = url_problem(value)
        if problem:
            raise document.mistake(keys, problem)
        return value.rstrip("/")
    return value


def url_problem(url: str) -> str:
    """Why ``url`` can't be an endpoint, or "": tokens travel there, so it is encrypted or never leaves this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port  # raises ValueError where it is no number
    except ValueError as error:
        return f"it is no URL ({error})"
    if not host or parts.username or parts.password or parts.query or parts.fragment:
        return "it must be a plain URL: scheme, host and path"
    if parts.scheme in _SECURE_SCHEME.values():
        return ""
    if parts.scheme not in _SECURE_SCHEME:
        return "it must begin with https:// or wss://"
    if not is_loopback(host):
        return f"{parts.scheme}:// is for this machine only; another needs {_SECURE_SCHEME[parts.scheme]}://"
    return ""


def post_url_problem(url: str, profile: Profile) -> str:
    """Why files can't be sent to ``url``, or "": it must be the upload bucket of this cloud, and of no other."""
    if problem := url_problem(url):
        return problem
    parts = urlsplit(url)
    stack, _, account = profile.bucket.rpartition("-photos-")  # as the template names its two buckets
    bucket = f"{stack}-temp-{account}"
    if profile.endpoint_url:
        its_own = parts.hostname == urlsplit(profile.endpoint_url).hostname or is_loopback(parts.hostname or "")
        here = its_own and parts.path.strip("/") == bucket
        return "" if here else "it is not this stack's upload bucket"
    suffix = "amazonaws.com.cn" if profile.region.startswith("cn-") else "amazonaws.com"
    hosts = (f"{bucket}.s3.{profile.region}.{suffix}", f"{bucket}.s3.{suffix}")
    is_there = parts.scheme == "https" and parts.netloc in hosts and parts.path in ("", "/")
    return "" if is_there else "it is not this cloud's upload bucket"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself, by its name or address."""
    return _LOOPBACK.fullmatch(host) is not None


def _require_name(document: Document, name: str) -> None:
    """Names become file names, so nothing but plain characters."""
    if not _NAME.fullmatch(name):
        problem = "a name has letters, digits, dots, dashes and underscores, 64 at most"
        raise document.mistake(["profiles", repr(name)], problem)
