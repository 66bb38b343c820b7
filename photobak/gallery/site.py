"""The files of the gallery as HTTP answers: the page, its modules below a name that changes with them, its settings.

Nothing here knows of Lambda or of a server, so that the api function and the tests serve the same bytes and headers.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from http import HTTPStatus
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

_FOLDER: Final = files("photobak.gallery").joinpath("static")
_PAGE: Final = "index.html"
_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".png": "image/png",
        ".svg": "image/svg+xml",
    }
)
_NOT_PRELOADED: Final = ("service_worker.js", "hash_worker.js", "vendor/noble-hashes/")
_COMMENTS: Final = re.compile(
    rb"^[ \t]*/\*(?!!)(?:(?!\*/)[\s\S])*\*/[ \t]*\n|^[ \t]*//.*\n|/\*\* @(?:(?!\*/)[\s\S])*\*/ ?", re.MULTILINE
)
"""Comments that fill lines, and types within a line: two fifths of a module, and of no use to a browser."""
_INDENTS: Final = re.compile(rb"^[ \t]+", re.MULTILINE)
_SHORTEST_COMPRESSED: Final = 500
_YEAR: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the page has to know of its cloud: ``static/config.json``. Nothing of it is secret."""

    client_id: str
    """The user pool's client."""
    issuer: str
    """What an ID token's ``iss`` has to be."""
    hosted_ui_url: str
    """The sign-in page, without a slash at its end."""
    cognito_url: str
    """Where Cognito's API takes RevokeToken."""
    ws_url: str
    """The live service, as ``wss://…``."""
    max_upload_bytes: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent for one request."""

    status: HTTPStatus
    headers: Mapping[str, str]
    body: bytes = b""


class Site:
    """The gallery of one cloud.

    Attributes:
        settings: what the page has to know.
        bucket_origins: where the page may fetch pictures from and send uploads to, as ``https://host``.
    """

    def __init__(self, settings: Settings, bucket_origins: tuple[str, ...]) -> None:
        self.settings = settings
        self.bucket_origins = bucket_origins
        self._compressed: dict[str, bytes] = {}

    def answer(self, path: str, request_headers: Mapping[str, str]) -> Answer:
        """Answer a GET request.

        Args:
            path: below the page's own address, such as ``static/config.json``; empty for the page.
            request_headers: by their names in lower case.
        """
        name = path.removeprefix(f"static/{self.version}/")
        if path == "":
            return self._send(_PAGE, self._page, "no-cache", request_headers)
        if path == "static/config.json":
            config = json.dumps(asdict(self.settings)).encode()
            return self._send(path, config, "no-cache", request_headers)
        if name != path and name in self._files:
            return self._send(name, self._files[name], _YEAR, request_headers)
        return Answer(HTTPStatus.NOT_FOUND, self._headers(".json", "no-store"), b'{"title":"Not Found","status":404}')

    @cached_property
    def version(self) -> str:
        """Sixteen hex digits that change when any file does: modules find each other by relative names below it."""
        digest = hashlib.sha256()
        for name, content in sorted(self._files.items()):
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()[:16]

    @cached_property
    def content_security_policy(self) -> str:
        """What the page may load and whom it may ask; nothing inline, nothing evaluated, nobody may frame it."""
        settings = self.settings
        buckets = " ".join(self.bucket_origins)
        asked = {_origin(url) for url in (settings.hosted_ui_url, settings.cognito_url, settings.ws_url)}
        rules = {
            "default-src": "'none'",
            "script-src": "'self'",
            "worker-src": "'self'",
            "style-src": "'self'",
            "img-src": f"'self' data: {buckets}",
            "media-src": buckets,
            "connect-src": f"'self' {buckets} {' '.join(sorted(asked))}",
            "manifest-src": "'self'",
            "base-uri": "'none'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
            "require-trusted-types-for": "'script'",
            "trusted-types": "photobak",
        }
        return "; ".join(f"{name} {value}" for name, value in rules.items())

    @property
    def names(self) -> list[str]:
        """The files below ``static/{version}/``."""
        return sorted(self._files)

    @cached_property
    def _files(self) -> Mapping[str, bytes]:
        return MappingProxyType({name: _served(name, file.read_bytes()) for name, file in _walk(_FOLDER, "")})

    @cached_property
    def _page(self) -> bytes:
        """The page, with the version in its addresses, and its modules asked for before they are found."""
        text = re.sub(r'"static/(?!config\.json)', f'"static/{self.version}/', self._files[_PAGE].decode())
        modules = [name for name in sorted(self._files) if name.endswith(".js") and not name.startswith(_NOT_PRELOADED)]
        links = [f'<link rel="modulepreload" href="static/{self.version}/{name}">' for name in modules]
        return text.replace("</head>", "\n".join([*links, "</head>"])).encode()

    def _send(self, name: str, body: bytes, caching: str, request_headers: Mapping[str, str]) -> Answer:
        headers = self._headers(name, caching)
        tag = f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers["ETag"] = tag
        if tag in request_headers.get("if-none-match", ""):
            return Answer(HTTPStatus.NOT_MODIFIED, headers)
        if len(body) >= _SHORTEST_COMPRESSED and not name.endswith(".png"):
            headers["Vary"] = "Accept-Encoding"
            if re.search(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", request_headers.get("accept-encoding", "")):
                headers["Content-Encoding"] = "gzip"
                body = self._compressed.setdefault(tag, gzip.compress(body, mtime=0))
        return Answer(HTTPStatus.OK, headers, body)

    def _headers(self, name: str, caching: str) -> dict[str, str]:
        headers = {
            "Content-Type": _TYPES["." + name.rpartition(".")[2]],
            "Cache-Control": caching,
            "Content-Security-Policy": self.content_security_policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        }
        if name == "service_worker.js":
            headers["Service-Worker-Allowed"] = "../../"
        return headers


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif "." + entry.name.rpartition(".")[2] in _TYPES:
            yield prefix + entry.name, entry


def _served(name: str, content: bytes) -> bytes:
    return _INDENTS.sub(b"", _COMMENTS.sub(b"", content)) if name.endswith((".js", ".css")) else content


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
