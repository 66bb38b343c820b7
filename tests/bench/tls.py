"""100 objects of 4 MB over TLS, both ways: ``python -m tests.bench.tls [--rounds 5]``.

What ``get`` and ``sync`` move bytes with (``client/transport``, on libcurl), beside the same done with http.client:
against an nginx on this machine with a certificate of its own, with 8 threads, SHA-256 of all that comes, and presigned
POSTs for all that goes. Each is a process of its own; both load the same modules. Needs nginx with the echo module
(Debian's ``libnginx-mod-http-echo``).
"""

import argparse
import hashlib
import http.client
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import local
from urllib.parse import urlsplit

from photobak.client.files.candidate import Candidate
from photobak.client.index.index import Fingerprint
from photobak.client.transport.curl import Credentials
from photobak.client.transport.download import Download
from photobak.client.transport.s3 import Bucket
from photobak.client.upload.content import Post
from photobak.client.upload.limiter import ConcurrencyLimiter
from photobak.client.upload.post import RateLimit, Uploader
from tests.bench.measure import Command, measure
from tests.support.certificates import Authority
from tests.support.known_files import known_file

COUNT, SIZE, THREADS = 100, 4_000_000, 8
CONF = """
daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/error.log;
load_module /usr/lib/nginx/modules/ngx_http_echo_module.so;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; client_max_body_size 10m; client_body_buffer_size 5m; keepalive_requests 100000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{tls} ssl; listen 127.0.0.1:{plain};
    ssl_certificate {certificate}; ssl_certificate_key {certificate};
    location /photos/ {{ root {folder}; }}
    location /temp {{ echo_read_request_body; echo_status 204; echo -n ""; }}
  }}
}}
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--as", dest="what", nargs=3, metavar=("WAY", "HOW", "URL"), help="be one of the processes")
    arguments = parser.parse_args()
    if arguments.what:
        way, how, url = arguments.what
        RUNS[way, how](url)
        return
    print("Goal: over TLS, wall and CPU <= 1.0 x http.client; plain, <= 1.05\n")
    with tempfile.TemporaryDirectory(prefix="bench-tls-") as folder, _server(Path(folder)) as (tls, plain):
        for way in ("down", "up"):
            for scheme, url in (("TLS", tls), ("plain", plain)):
                found = measure(
                    _command(way, "libcurl", url), _command(way, "http.client", url), rounds=arguments.rounds
                )
                print(found.table(f"{COUNT} x {SIZE / 1e6:g} MB {way}, {scheme}"), "\n")


def _command(way: str, how: str, url: str) -> Command:
    return Command(how, [sys.executable, "-m", "tests.bench.tls", "--as", way, how, url])


@contextmanager
def _server(folder: Path) -> Iterator[tuple[str, str]]:
    """An nginx: where it speaks TLS, and where it doesn't."""
    folder.chmod(0o755)  # where root starts it, nginx works as somebody else
    (folder / "photos").mkdir()
    content = os.urandom(SIZE)
    for number in range(COUNT):
        (folder / "photos" / str(number)).write_bytes(content[number:] + content[:number])
    authority = Authority.made(folder)
    os.environ["AWS_CA_BUNDLE"] = str(authority.file)  # the measured processes inherit it
    tls, plain = _free_port(), _free_port()
    conf = CONF.format(folder=folder, tls=tls, plain=plain, certificate=authority.server("localhost", "127.0.0.1"))
    (folder / "nginx.conf").write_text(conf)
    with subprocess.Popen(["/usr/sbin/nginx", "-c", folder / "nginx.conf", "-e", folder / "error.log"]) as nginx:
        try:
            _wait_for(plain)
            yield f"https://localhost:{tls}", f"http://127.0.0.1:{plain}"
        finally:
            nginx.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("nginx doesn't start")


def _each(step: Callable[[int], object]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(step, range(COUNT)):
            pass


def down_by_libcurl(url: str) -> None:
    """As ``get`` does it."""
    keys = Credentials("AKIAEXAMPLE", "secret", "token")
    download = Download(Bucket(f"{url}/photos", "eu-central-1", lambda: keys, lambda: None))
    _each(lambda number: download.read(str(number), SIZE, hashlib.sha256().update))


def up_by_libcurl(url: str) -> None:
    """As ``sync`` does it."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(os.urandom(SIZE))
        file.flush()
        fingerprint = Fingerprint.of(os.fstat(file.fileno()))
        candidate = Candidate.pending(known_file(file.name, uploaded_at=None, fingerprint=fingerprint))
        post = Post(f"{url}/temp", {"key": "k", "policy": "p" * 1000}, time.monotonic())
        uploader = Uploader(RateLimit(None), ConcurrencyLimiter(THREADS), lambda _: None)
        _each(lambda _: uploader.send(candidate, post))


def down_by_http_client(url: str) -> None:
    """The same with the standard library: into one buffer a thread, over kept connections."""
    connections = _Connections(url)
    buffers = local()

    def read(number: int) -> None:
        buffer = vars(buffers).setdefault("buffer", memoryview(bytearray(1 << 20)))
        connection = connections.mine()
        connection.request("GET", f"/photos/{number}")
        answer, digest = connection.getresponse(), hashlib.sha256()
        while count := answer.readinto(buffer):
            digest.update(buffer[:count])

    _each(read)


def up_by_http_client(url: str) -> None:
    """The same with the standard library: 64 KiB at a time over TLS, 256 else."""
    connections = _Connections(url)
    piece = 64 * 1024 if url.startswith("https") else 256 * 1024
    with tempfile.NamedTemporaryFile() as file:
        file.write(os.urandom(SIZE))
        file.flush()

        def pieces() -> Iterator[bytes]:
            yield b"x" * 1200
            with open(file.name, "rb", buffering=0) as content:  # noqa: PTH123 - unbuffered
                while chunk := content.read(piece):
                    yield chunk

        def send(_: int) -> None:
            connection = connections.mine()
            connection.request("POST", "/temp", pieces(), {"Content-Length": str(SIZE + 1200)})
            connection.getresponse().read()

        _each(send)


class _Connections:
    """One a thread."""

    def __init__(self, url: str) -> None:
        self._place = urlsplit(url)
        self._context = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
        self._local = local()

    def mine(self) -> http.client.HTTPConnection:
        found = getattr(self._local, "connection", None)
        if found is None:
            host, port = self._place.hostname or "", self._place.port
            if self._place.scheme == "https":
                found = http.client.HTTPSConnection(host, port, context=self._context)
            else:
                found = http.client.HTTPConnection(host, port)
            self._local.connection = found
        return found


RUNS: dict[tuple[str, str], Callable[[str], None]] = {
    ("down", "libcurl"): down_by_libcurl,
    ("up", "libcurl"): up_by_libcurl,
    ("down", "http.client"): down_by_http_client,
    ("up", "http.client"): up_by_http_client,
}

if __name__ == "__main__":
    main()
