"""Who is listened to: requests to the server's own addresses, from its own pages, and no large body from a stranger.

Any web page in a browser of this machine can send requests to 127.0.0.1, under a name of its own too (DNS rebinding).
So a request's Host must be an address of this server, and its Origin (RFC 6454) absent or the same kind of address.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

Headers: TypeAlias = Iterable[tuple[bytes, bytes]]
"""Names in lower case and values, as ASGI has them."""

STRANGERS_BYTES: Final = 1024 * 1024
"""The largest body of a request whose sender is not known."""

_HOST: Final = re.compile(rb"(?:127\.0\.0\.1|(?:[a-z0-9-]+\.)*localhost):(\d{1,5})")
_OPAQUE: Final = b"null"
"""The Origin of a form whose page sends no referrer; also of a frame that nobody trusts."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not served."""

    status: int
    why: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from."""

    origin: bytes | None
    """None: no web page has sent it, or one of the same origin."""
    length: int | None
    """Of its body, in bytes; None: it comes in chunks, and its length isn't known beforehand."""


def admit(headers: Headers, port: int) -> Caller | Refusal:
    """Decide by a request's headers whether it is served at all.

    Args:
        headers: of an HTTP request or a WebSocket handshake.
        port: on which the server listens.
    """
    hosts, origins, sites, lengths, codings = (_values(headers, name) for name in _NAMES)
    if len(hosts) != 1 or not _is_ours(hosts[0], port):
        return Refusal(403, "the Host is not an address of the local stack")
    if len(origins) > 1 or not all(_may_ask(origin, sites, port) for origin in origins):
        return Refusal(403, "another site's page may not use the local stack")
    if len(lengths) > 1 or not all(length.isdigit() for length in lengths):
        return Refusal(400, "the Content-Length is not a number")
    origin = origins[0] if origins and origins[0] != _OPAQUE else None
    return Caller(origin, None if codings else int(lengths[0]) if lengths else 0)


def own_cors(headers: Headers, caller: Caller) -> list[tuple[bytes, bytes]]:
    """An answer's headers, with ``Access-Control-Allow-Origin: *`` made the one origin that was admitted, or left out.

    Args:
        headers: of the answer.
        caller: who asked.
    """
    if (b"access-control-allow-origin", b"*") not in {(name.lower(), value) for name, value in headers}:
        return list(headers)
    if caller.origin is None:
        return [(name, value) for name, value in headers if not name.lower().startswith(b"access-control-")]
    own = [(name, value) for name, value in headers if name.lower() != b"access-control-allow-origin"]
    return [*own, (b"access-control-allow-origin", caller.origin), (b"vary", b"Origin")]


_NAMES: Final = (b"host", b"origin", b"sec-fetch-site", b"content-length", b"transfer-encoding")


def _values(headers: Headers, name: bytes) -> list[bytes]:
    return [value for each, value in headers if each == name]


def _is_ours(host: bytes, port: int) -> bool:
    found = _HOST.fullmatch(host.lower())
    return found is not None and int(found[1]) == port


def _may_ask(origin: bytes, sites: list[bytes], port: int) -> bool:
    if origin == _OPAQUE:
        return sites == [b"same-origin"]  # browsers alone set it (Fetch Metadata, W3C), and no page can forge it
    return origin.startswith(b"http://") and _is_ours(origin.removeprefix(b"http://"), port)
