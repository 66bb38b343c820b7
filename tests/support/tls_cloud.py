"""The local stack under names and certificates as AWS's services have them: a server that ends TLS before it.

Addresses of the local stack in the API's answers become such names, so that a client sees nothing else.
"""

import http.client
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from support.certificates import Authority
from support.connect_proxy import join

from photobak.client.profile import Profile

AWS: Final = "aws.photobak.test"
LOGIN: Final = "login.photobak.test"
LIVE: Final = "live.photobak.test"
API: Final = "localhost"
"""A name that needs no proxy, so that it can be spared."""

_SIGNATURE: Final = r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d+/([^/]+)/([^/]+)/"

Changed = Callable[[str, int, dict[str, str], bytes], tuple[int, dict[str, str], bytes]]
"""What becomes of an answer: given the request's path and the answer's status, headers and body."""


@dataclass
class TlsCloud:
    """The server."""

    authority: Authority
    upstream: int
    """The local stack's port."""
    hosts: tuple[str, ...] = (f"*.{AWS.partition('.')[2]}", API)
    """What its certificate is for."""
    change: Changed | None = None
    """What becomes of answers of the API and of Cognito; None: nothing."""
    keys: Callable[[str], Credentials] | None = None
    """The credentials of an access key id. The local stack serves only its own names, and signatures cover the name."""
    port: int = 0
    _open: set[socket.socket] = field(default_factory=set)

    def profile(self, local: Profile) -> Profile:
        """A profile of the local stack with the names that this server has."""
        return replace(
            local,
            api_url=self._renamed(local.api_url, API),
            hosted_ui_url=self._renamed(local.hosted_ui_url, LOGIN),
            ws_url=self._renamed(local.ws_url or "", LIVE).replace("https", "wss"),
            endpoint_url=self._renamed(local.endpoint_url or "", AWS),
        )

    @contextmanager
    def running(self) -> Iterator["TlsCloud"]:
        """Serve for as long as the context lasts."""
        owner = self

        class Handler(_Handler):
            cloud = owner

        server = _Server(("127.0.0.1", 0), Handler)
        server.context = self.authority.server_context(*self.hosts)
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            for each in list(self._open):
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _renamed(self, url: str, host: str) -> str:
        port = f":{self.port}" if host == API else ""
        return f"https://{host}{port}{urlsplit(url).path}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    context: ssl.SSLContext

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the connection's own thread."""
        with suppress(OSError):
            super().finish_request(self.context.wrap_socket(request, server_side=True), client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cloud: TlsCloud

    def handle_request(self) -> None:
        """Forward one request."""
        if self.headers.get("Upgrade"):
            self._tunnel()
            return
        chunked = self.headers.get("Transfer-Encoding", "") == "chunked"
        body = b"".join(self._chunks()) if chunked else self.rfile.read(int(self.headers.get("Content-Length", 0)))
        upstream = http.client.HTTPConnection("127.0.0.1", self.cloud.upstream, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("expect", "host")}
        headers = self._signed_again(headers | {"Host": self._upstream}, body)
        upstream.request(self.command, self.path, iter([body]) if chunked else body, headers, encode_chunked=chunked)
        answer = upstream.getresponse()
        status, headers, content = answer.status, dict(answer.getheaders()), answer.read()
        upstream.close()
        if "execute-api" in self.path:
            content = content.replace(f"http://127.0.0.1:{self.cloud.upstream}".encode(), f"https://{AWS}".encode())
        if self.cloud.change is not None:
            status, headers, content = self.cloud.change(self.path, status, headers, content)
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("connection", "content-length", "date", "server", "transfer-encoding"):
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_request  # noqa: N815 - names of http.server

    @property
    def _upstream(self) -> str:
        return f"127.0.0.1:{self.cloud.upstream}"

    def _signed_again(self, headers: dict[str, str], body: bytes) -> dict[str, str]:
        """The headers of a request with a signature for the name that the local stack has."""
        signature = re.match(_SIGNATURE, headers.get("Authorization", ""))
        if signature is None or self.cloud.keys is None:
            return headers
        access_key, region, service = signature.groups()
        ours = ("authorization", "x-amz-date", "x-amz-security-token", "content-length", "connection")
        kept = {name: value for name, value in headers.items() if name.lower() not in ours}
        request = AWSRequest(self.command, f"http://{self._upstream}{self.path}", headers=kept, data=body)
        auth = S3SigV4Auth if service == "s3" else SigV4Auth
        auth(self.cloud.keys(access_key), service, region).add_auth(request)
        length = {} if "Transfer-Encoding" in kept or not body else {"Content-Length": str(len(body))}
        return dict(request.headers.items()) | length

    def _chunks(self) -> Iterator[bytes]:
        """A body in pieces (RFC 9112, 7.1)."""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _tunnel(self) -> None:
        """A WebSocket."""
        self.close_connection = True
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        head = "".join(f"{name}: {value}\r\n" for name, value in ({"Host": self._upstream} | headers).items())
        with socket.create_connection(("127.0.0.1", self.cloud.upstream)) as far:
            far.sendall(f"GET {self.path} HTTP/1.1\r\n{head}\r\n".encode())
            join(self.connection, far, self.cloud._open)
