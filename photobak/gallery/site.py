"""The files of the gallery as HTTP answers: the page, its modules below a name that changes with them, its settings.

Nothing here knows of Lambda or of a server, so that the api function and the tests serve the same bytes and headers.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from http import HTTPStatus
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

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
_ENCODINGS: Final = {"br": ".br", "gzip": ".gz"}
"""Content codings (RFC 9110, 8.4.1) by preference, and how the names of files so compressed end."""
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
        files: the files by name; a name with ``.br`` or ``.gz`` added is the same file compressed.
    """

    def __init__(self, settings: Settings, bucket_origins: tuple[str, ...], files: Mapping[str, bytes]) -> None:
        self.settings = settings
        self.bucket_origins = bucket_origins
        self.files = files

    def answer(self, path: str, request_headers: Mapping[str, str]) -> Answer:
        """Answer a GET request.

        Args:
            path: below the page's own address, such as ``static/config.json``; empty for the page.
            request_headers: by their names in lower case.
        """
        folder, name = f"static/{self.version}/", path.removeprefix(f"static/{self.version}/")
        if path == "":
            return self._send_file(_PAGE, "no-cache", request_headers)
        if path == "static/config.json":
            return self._send(path, json.dumps(asdict(self.settings)).encode(), "no-cache", request_headers)
        if path.startswith(folder) and name in self.files and not name.endswith(tuple(_ENCODINGS.values())):
            return self._send_file(name, _YEAR, request_headers)
        return Answer(HTTPStatus.NOT_FOUND, self._headers(".json", "no-store"), b'{"title":"Not Found","status":404}')

    @cached_property
    def version(self) -> str:
        """Sixteen hex digits that change when any file does, and are part of the addresses of all."""
        address = re.search(rb'"static/([0-9a-f]{16})/app\.js"', self.files[_PAGE])
        if address is None:
            raise ValueError("the page's addresses have no version")
        return address[1].decode()

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
            "media-src": f"blob: {buckets}",  # a part of an original, which the page has cut out
            "connect-src": f"'self' {buckets} {' '.join(sorted(asked))}",
            "manifest-src": "'self'",
            "base-uri": "'none'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
            "require-trusted-types-for": "'script'",
            "trusted-types": "photobak",
        }
        return "; ".join(f"{name} {value}" for name, value in rules.items())

    def _send_file(self, name: str, caching: str, request_headers: Mapping[str, str]) -> Answer:
        accepted = request_headers.get("accept-encoding", "")
        for coding, suffix in _ENCODINGS.items():
            if name + suffix in self.files and _accepts(accepted, coding):
                answer = self._send(name, self.files[name + suffix], caching, request_headers)
                encoding = {"Content-Encoding": coding, "Vary": "Accept-Encoding"}
                return replace(answer, headers={**answer.headers, **encoding})
        answer = self._send(name, self.files[name], caching, request_headers)
        return replace(answer, headers={**answer.headers, "Vary": "Accept-Encoding"})

    def _send(self, name: str, body: bytes, caching: str, request_headers: Mapping[str, str]) -> Answer:
        headers = self._headers(name, caching)
        headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if headers["ETag"] in request_headers.get("if-none-match", ""):
            return Answer(HTTPStatus.NOT_MODIFIED, headers)
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


def _accepts(accepted: str, coding: str) -> bool:
    """Whether a content coding is listed in ``Accept-Encoding``, and not with a weight of 0 (RFC 9110, 12.5.3)."""
    return re.search(rf"\b{coding}\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", accepted) is not None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
