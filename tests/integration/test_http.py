"""HTTP for sign-in: encrypted or local, limited, repeated only where that is harmless, and errors without secrets."""

import datetime
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from photobak.client.transport.errors import printable
from photobak.client.transport.http import MAX_ANSWER, get, post_aws_json, post_form
from photobak.errors import CloudError


class Server:
    """Answers by a script, and remembers what arrived."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, str, bytes]] = []
        self.status, self.headers, self.body = 200, {}, b"{}"
        self.failures = 0
        """So many requests are answered 503 first."""
        self.cuts = 0
        """So many connections are cut without an answer first."""
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner._answer(self)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        self.arrived.append((request.command, request.path, body))
        if self.cuts:
            self.cuts -= 1
            request.connection.close()
            return
        status, self.failures = (503, self.failures - 1) if self.failures else (self.status, 0)
        request.send_response(status)
        for name, value in self.headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(self.body)

    @contextmanager
    def running(self, context: ssl.SSLContext | None = None) -> Iterator["Server"]:
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self.url = f"https://127.0.0.1:{self.port}"
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    with Server().running() as running:
        yield running


def test_requests_are_what_the_services_expect(server: Server) -> None:
    assert get(server.url, query={"a": "b c"}).status == 200
    post_form(f"{server.url}/token", "grant_type=x")
    post_aws_json(server.url, "Service.Operation", {"Name": "value"})
    assert server.arrived == [
        ("GET", "/?a=b+c", b""),
        ("POST", "/token", b"grant_type=x"),
        ("POST", "/", b'{"Name": "value"}'),
    ]


def test_nothing_is_sent_unencrypted_to_another_machine() -> None:
    for url in ("http://photos.example/oauth2/token", "http://192.0.2.1/", "ftp://127.0.0.1/", "photos.example"):
        with pytest.raises(CloudError, match="isn't asked"):
            post_form(url, "refresh_token=secret")


def test_a_certificate_that_cant_be_verified_is_refused(tmp_path: Path) -> None:
    with Server().running(self_signed(tmp_path)) as server:
        with pytest.raises(CloudError, match="TLS certificate can't be verified"):
            post_form(server.url, "refresh_token=secret")
        assert not server.arrived


def test_redirects_are_not_followed(server: Server) -> None:
    server.status, server.headers = 302, {"Location": f"{server.url}/elsewhere"}
    assert get(server.url).headers.text("Location") == f"{server.url}/elsewhere"
    assert post_form(server.url, "code=secret").status == 302
    assert [path for _, path, _ in server.arrived] == ["/", "/"]


@pytest.mark.parametrize("fault", ["failures", "cuts"])
def test_what_can_be_repeated_is(server: Server, fault: str) -> None:
    setattr(server, fault, 2)
    assert post_form(server.url, "refresh_token=secret", repeatable=True).status == 200
    assert len(server.arrived) == 3


def test_what_may_have_arrived_and_works_only_once_is_not_repeated(server: Server) -> None:
    server.failures = 1
    assert post_form(server.url, "code=secret").status == 503
    server.cuts = 1
    with pytest.raises(CloudError) as caught:
        post_form(server.url, "code=secret")
    assert "secret" not in str(caught.value)
    assert len(server.arrived) == 2


def test_an_answer_that_never_ends_is_refused(server: Server) -> None:
    server.body = b"x" * (MAX_ANSWER + 1)
    with pytest.raises(CloudError, match="larger than"):
        get(server.url)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"\xff", b'{"a":'])
def test_an_answer_that_is_no_json_object_is_refused_and_not_quoted(server: Server, body: bytes) -> None:
    server.body = body
    answer = get(server.url, query={"code": "secret"})
    with pytest.raises(CloudError, match=r"HTTP 200, (no JSON object|a page instead of a JSON object)") as caught:
        answer.json()
    assert "secret" not in str(caught.value)
    assert "secret" not in repr(answer)


def test_an_error_says_which_host_and_never_the_query() -> None:
    with Server().running() as gone:
        pass
    with pytest.raises(CloudError, match=rf"127\.0\.0\.1:{gone.port} doesn't answer: connection refused") as caught:
        get(gone.url, query={"code": "secret"})
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("host", [".example", f"{'a' * 64}.example", "photos.invalid"])
def test_a_name_that_nothing_has_cant_be_resolved(host: str) -> None:
    with pytest.raises(CloudError, match="its name can't be resolved") as caught:
        get(f"https://{host}/", query={"code": "secret"})
    assert "secret" not in str(caught.value)


def test_texts_from_the_network_cant_command_a_terminal() -> None:
    assert printable("a\x1b[2Jb\nc\u202ed") == "a [2Jb c d"
    assert len(printable("x" * 1000)) == 200


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's TLS whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context
