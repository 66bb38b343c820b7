"""Behind a company's proxy: every host of every command is asked by way of it, and what is wrong with it is said.

The hosts are made up, and their certificates are of a CA that no system trusts: what reaches them went by the proxy,
and trusts what ``AWS_CA_BUNDLE`` names. Only ``localhost`` can be reached without.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import urllib3
from botocore.credentials import Credentials
from support.backup import Backup
from support.certificates import Authority
from support.command_line import photobak, started
from support.connect_proxy import MOODS, ConnectProxy
from support.stacks import aws_variables
from support.terminal import terminal
from support.tls_cloud import API, AWS, LIVE, LOGIN, TlsCloud

from photobak.client.account.sign_in.hosted_ui import HostedUiForm
from photobak.client.profile import save_profile
from photobak.local.credentials import root_keys
from photobak.local.home import Home
from photobak.local.values import LocalStack


@dataclass
class Office:
    """A person's machine in an office whose network ends at a proxy."""

    backup: Backup
    cloud: TlsCloud
    proxy: ConnectProxy
    ca: Path

    def run(self, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return photobak(self.backup.home, *arguments, **{**self.environ, **more})

    @property
    def environ(self) -> dict[str, str]:
        return {"HTTPS_PROXY": self.proxy.url, "AWS_CA_BUNDLE": str(self.ca)}

    def asked(self) -> set[str]:
        """The hosts that the proxy was asked for since the last time."""
        hosts = set(self.proxy.hosts)
        self.proxy.hosts.clear()
        return {name.removesuffix(":443") for name in hosts}

    @property
    def api(self) -> str:
        return f"{API}:{self.cloud.port}"

    @contextmanager
    def certified_for(self, *hosts: str) -> Iterator[None]:
        """Another server at the same addresses, with a certificate for other hosts."""
        with TlsCloud(self.cloud.authority, self.cloud.upstream, hosts, keys=self.cloud.keys).running() as other:
            self.proxy.target, target = other.port, self.proxy.target
            yield
            self.proxy.target = target


def keys_of(backup: Backup, access_key_id: str) -> Credentials:
    """The person's credentials as they are kept now, or the local stack's own."""
    root = root_keys(Home.at(backup.stack.home))
    if access_key_id == root.access_key_id:
        return Credentials(root.access_key_id, root.secret_access_key)
    mine = backup.session().aws_credentials()
    return Credentials(mine.access_key_id, mine.secret_access_key, mine.session_token)


@pytest.fixture
def office(backup: Backup, tmp_path: Path) -> Iterator[Office]:
    authority = Authority.made(tmp_path)
    upstream = urlsplit(backup.stack.endpoint_url).port
    assert upstream
    with (
        TlsCloud(authority, upstream, keys=partial(keys_of, backup)).running() as cloud,
        ConnectProxy(cloud.port).running() as proxy,
    ):
        save_profile(backup.places, cloud.profile(backup.profile), make_default=True)
        yield Office(backup, cloud, proxy, authority.file)


def test_every_host_of_sync_ls_and_get_is_asked_by_way_of_the_proxy(office: Office, tmp_path: Path) -> None:
    (photo,) = office.backup.make("a.jpg")
    synced = office.run("sync", str(office.backup.photos))
    assert synced.returncode == 0, synced.stderr
    hosts = office.asked()
    assert {office.api, AWS} <= hosts <= {office.api, AWS, LIVE}
    listed = office.run("ls", "--json")
    assert (listed.returncode, office.asked()) == (0, {AWS}), listed.stderr
    fetched = office.run("get", "--all", "--layout", "flat", "--to", str(tmp_path / "back"))
    assert fetched.returncode == 0, fetched.stderr
    assert office.asked() == {AWS}
    assert (tmp_path / "back" / "a.jpg").read_bytes() == photo.read_bytes()
    verified = office.run("verify", "--read-data")
    assert (verified.returncode, office.asked()) == (0, {AWS}), verified.stderr


def test_a_sign_in_and_its_end_are_too(office: Office) -> None:
    with terminal(office.backup.home, "login", "--no-browser", **office.environ) as running:
        url = running.until(rf"https://{LOGIN}/oauth2/authorize\?\S+").group()
        _sign_in(office, url)
        running.until("Signed in as")
        assert running.process.wait(20) == 0
    assert LOGIN in office.asked()
    who = json.loads(office.run("whoami", "--json").stdout)
    assert who["email"] == office.backup.account.username
    out = office.run("logout")
    assert out.returncode == 0, out.stderr
    assert AWS in office.asked()


def test_the_live_service_is_too(office: Office) -> None:
    with started(office.backup.home, "listen", "lunch", "--json", **office.environ) as listener:
        told = ""
        end = time.monotonic() + 30
        while not told and time.monotonic() < end:
            published = office.run("publish", "lunch", '"ready"', "--json")
            assert published.returncode == 0, published.stderr
            told = listener.stdout.readline() if json.loads(published.stdout)["receivers"] else ""
            assert listener.poll() is None, listener.stderr.read()
    assert json.loads(told)["message"] == "ready"
    assert LIVE in office.asked()


def test_a_deployment_is_too(office: Office, local_stack: LocalStack) -> None:
    variables = aws_variables(local_stack, f"https://{AWS}")
    arguments = ("deploy", "--stack-name", "office", "--email", "me@example.com", "--yes")
    deployed = office.run(*arguments, **variables)
    assert deployed.returncode == 0, deployed.stderr
    assert office.asked() == {AWS}
    by_other_variable = {**variables, "AWS_CA_BUNDLE": "", "SSL_CERT_FILE": str(office.ca)}
    again = office.run(*arguments, **by_other_variable)
    assert again.returncode == 0, again.stderr
    assert "is up to date" in again.stderr


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_a_host_that_is_spared_is_asked_directly(office: Office, name: str) -> None:
    office.backup.make("a.jpg")
    synced = office.run("sync", str(office.backup.photos), **{name: f"elsewhere.example, {API}"})
    assert synced.returncode == 0, synced.stderr
    assert {AWS} <= office.asked() <= {AWS, LIVE}


@pytest.mark.parametrize("variable", ["https_proxy", "ALL_PROXY", "all_proxy"])
def test_other_names_of_the_proxy_do_as_well(office: Office, variable: str) -> None:
    listed = office.run("ls", **{"HTTPS_PROXY": "", variable: office.proxy.url})
    assert (listed.returncode, office.asked()) == (0, {AWS}), listed.stderr


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_other_names_of_the_ca_bundle_do_as_well(office: Office, variable: str) -> None:
    for command in (("ls",), ("publish", "lunch", '"ready"')):
        found = office.run(*command, **{"AWS_CA_BUNDLE": "", variable: str(office.ca)})
        assert found.returncode == 0, found.stderr


def test_a_proxy_that_wants_a_password_gets_it_and_nobody_else_sees_it(office: Office) -> None:
    office.proxy.password = "clerk:s3cret"
    office.backup.make("a.jpg")
    for command in (("sync", str(office.backup.photos)), ("publish", "lunch", '"ready"'), ("-vv", "ls")):
        found = office.run(*command)
        assert found.returncode == 0, found.stderr
        assert "s3cret" not in found.stdout + found.stderr


@pytest.mark.parametrize(
    ("mood", "said"),
    [
        ("refuses", "the proxy 127.0.0.1:PORT refuses (HTTP 403). Check HTTPS_PROXY and NO_PROXY"),
        (
            "wants a password",
            "the proxy 127.0.0.1:PORT wants a user name and password. "
            "Write them into HTTPS_PROXY: http://NAME:PASSWORD@HOST:PORT",
        ),
        ("answers HTML", "the proxy 127.0.0.1:PORT makes no connection to it. Check HTTPS_PROXY"),
        ("is no proxy", "the proxy 127.0.0.1:PORT makes no connection to it. Check HTTPS_PROXY"),
        ("gets no answer", "the proxy 127.0.0.1:PORT gets no answer (HTTP 502). Check the network and try again"),
    ],
)
def test_a_proxy_that_joins_nobody_is_named_and_nothing_is_lost(office: Office, mood: str, said: str) -> None:
    assert mood in MOODS
    office.backup.make("a.jpg")
    office.proxy.mood = mood
    said = said.replace("PORT", str(office.proxy.port), 1)
    assert _fails(office, "ls") == f"photobak: {AWS} can't be reached: {said}\n"
    assert said in _fails(office, "sync", str(office.backup.photos))
    assert f"the proxy 127.0.0.1:{office.proxy.port}" in _fails(office, "publish", "lunch", '"ready"')
    _finishes(office)


def test_a_proxy_that_is_not_there_is_named(office: Office) -> None:
    office.backup.make("a.jpg")
    gone = {"HTTPS_PROXY": "http://clerk:s3cret@127.0.0.1:1"}
    said = _fails(office, "sync", str(office.backup.photos), **gone)
    assert "the proxy 127.0.0.1:1 can't be reached (connection refused). Check HTTPS_PROXY" in said
    assert "s3cret" not in said + _fails(office, "publish", "lunch", '"ready"', **gone)
    said = _fails(office, "ls", HTTPS_PROXY="http://proxy.invalid:3128")
    assert "the proxy proxy.invalid:3128 can't be reached (its name can't be resolved)" in said
    _finishes(office)


@pytest.mark.parametrize("value", ["gopher://127.0.0.1:70", "http://", "http://a b", "http://127.0.0.1:x", "\x1b[2J"])
def test_what_cant_be_a_proxy_is_said_to_be_none(office: Office, value: str) -> None:
    said = _fails(office, "ls", HTTPS_PROXY=value)
    assert said.startswith("photobak: HTTPS_PROXY can't be used: it is no proxy's URL")
    assert "\x1b" not in said


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "SSL_CERT_FILE"])
@pytest.mark.parametrize("command", [("ls",), ("sync",), ("publish", "lunch", '"ready"'), ("deploy", "--yes")])
def test_a_ca_bundle_that_does_not_exist(office: Office, variable: str, command: tuple[str, ...]) -> None:
    arguments = (*command, str(office.backup.photos)) if command == ("sync",) else command
    office.backup.make("a.jpg")
    changed = {"AWS_CA_BUNDLE": "", "AWS_DEFAULT_REGION": "us-east-1", variable: "/nowhere/ca.pem"}
    said = _fails(office, *arguments, **changed)
    assert said.endswith(
        f"photobak: {variable} can't be used: the CA bundle /nowhere/ca.pem does not exist. "
        f"Correct {variable}, or unset it\n"
    )


def test_a_ca_bundle_that_holds_no_certificates(office: Office, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing\n")
    for command in (("ls",), ("publish", "lunch", '"ready"')):
        said = _fails(office, *command, AWS_CA_BUNDLE=str(tmp_path / "empty.pem"))
        assert f"{tmp_path}/empty.pem holds no certificates that can be read" in said


def test_a_ca_that_nobody_trusts(office: Office) -> None:
    said = _fails(office, "ls", AWS_CA_BUNDLE="")
    assert said == (
        f"photobak: {AWS} can't be reached: its TLS certificate can't be verified. "
        "Behind a proxy that inspects TLS, set AWS_CA_BUNDLE to the file of its CA\n"
    )
    assert "certificate" in _fails(office, "publish", "lunch", '"ready"', AWS_CA_BUNDLE="")


def test_a_certificate_for_another_host(office: Office) -> None:
    office.backup.make("a.jpg")
    with office.certified_for("other.test"):
        said = _fails(office, "ls")
        assert said.startswith(f"photobak: {AWS} can't be reached: its TLS certificate is for another host. ")
        assert "its TLS certificate is for another host" in _fails(office, "sync", str(office.backup.photos))
        assert "certificate" in _fails(office, "publish", "lunch", '"ready"')
    _finishes(office)


def test_what_is_for_this_machine_alone_is_not_given_to_another_ones_proxy(backup: Backup) -> None:
    said = photobak(backup.home, "ls", HTTP_PROXY="http://192.0.2.1:3128")
    assert (said.returncode, said.stderr) == (
        1,
        "photobak: 127.0.0.1 can't be asked by way of the proxy 192.0.2.1:3128: it is this machine, and what is "
        "sent to it is not encrypted. Set NO_PROXY=127.0.0.1\n",
    )
    assert photobak(backup.home, "ls", HTTP_PROXY="http://192.0.2.1:3128", NO_PROXY="127.0.0.1").returncode == 0


def _fails(office: Office, *arguments: str, **more: str) -> str:
    """What a command says in its one line."""
    found = office.run(*arguments, **more)
    assert found.returncode == 1, found.stderr
    assert "Traceback" not in found.stderr
    last = found.stderr.splitlines(keepends=True)[-1]
    assert last.startswith("photobak: ") or "failed" in last, found.stderr
    return found.stderr


def _finishes(office: Office) -> None:
    """The next run, with everything right, finds nothing lost."""
    office.proxy.mood = ""
    synced = office.run("sync", str(office.backup.photos))
    assert synced.returncode == 0, synced.stderr
    assert len(office.backup.records()) == 1


def _sign_in(office: Office, url: str) -> None:
    """Do what a browser does that is no part of the office: sign in at the hosted UI, and follow its redirect."""
    with urllib3.PoolManager() as http:
        place = url.replace(f"https://{LOGIN}", office.backup.stack.endpoint_url)
        form = HostedUiForm.of(http.request("GET", place).data)
        account = office.backup.account
        fields = {**form.fields, "username": account.username, "password": account.password}
        answer = http.request(
            "POST", urljoin(place, form.action or ""), fields=fields, encode_multipart=False, redirect=False
        )
        http.request("GET", answer.headers["Location"])
