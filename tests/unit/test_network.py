"""Proxies are found as Python's standard library, and so boto3, finds them; certificates wherever they are."""

from pathlib import Path
from unittest.mock import patch
from urllib.request import getproxies_environment, proxy_bypass_environment

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photobak.errors import ConfigError
from photobak.platform.network import CA_VARIABLES, ca_bundle, proxy_for, shown_proxy, spared, trusted_certificates

HOSTS = st.sampled_from(
    ["a.example", "b.a.example", "xa.example", "a.example:8443", "127.0.0.1:4566", "[::1]", "[::1]:80", "localhost"]
)
ENTRIES = st.sampled_from(
    ["a.example", ".a.example", "A.EXAMPLE", "example", "a.example:8443", "127.0.0.1", "::1", "", " "]
)


@given(HOSTS, st.lists(ENTRIES, max_size=3).map(",".join) | st.just("*"))
def test_hosts_are_spared_as_the_standard_library_does(host: str, no_proxy: str) -> None:
    assert spared(host, no_proxy) == bool(proxy_bypass_environment(host, {"no": no_proxy}))


@given(st.dictionaries(st.sampled_from(["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"]), st.sampled_from(
    ["", "http://lower:1", "http://upper:2"]
)))  # fmt: skip
def test_a_variable_counts_as_the_standard_library_has_it(environ: dict[str, str]) -> None:
    with patch.dict("os.environ", environ, clear=True):
        expected = getproxies_environment()
    for scheme in ("http", "https"):
        assert proxy_for(f"{scheme}://a.example/", environ) == expected.get(scheme)


@pytest.mark.parametrize(
    ("url", "environ", "proxy"),
    [
        ("wss://a.example/live", {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ("ws://127.0.0.1/live", {"HTTPS_PROXY": "http://p:1"}, None),
        ("https://a.example", {"HTTPS_PROXY": "p:1"}, "http://p:1"),
        ("https://a.example", {"ALL_PROXY": "socks5h://p:1"}, "socks5h://p:1"),
        ("https://a.example", {"ALL_PROXY": "http://p:1", "HTTPS_PROXY": "http://q:2"}, "http://q:2"),
        ("https://a.example", {"ALL_PROXY": "http://p:1", "NO_PROXY": "example"}, None),
        ("https://a.example", {"http_proxy": "http://p:1"}, None),
    ],
)
def test_what_else_counts(url: str, environ: dict[str, str], proxy: str | None) -> None:
    assert proxy_for(url, environ) == proxy


@pytest.mark.parametrize(
    "value", ["gopher://p:1", "http://", "http://p:x", "http://p q", "http://p:1\n", "file:///etc"]
)
def test_what_is_no_proxy_is_refused_by_its_variable(value: str) -> None:
    with pytest.raises(ConfigError, match="https_proxy can't be used"):
        proxy_for("https://a.example", {"https_proxy": value})


def test_a_proxys_password_is_not_shown() -> None:
    assert shown_proxy("http://clerk:s3cret@proxy.example:3128") == "proxy.example:3128"


def test_the_first_ca_bundle_that_is_named_is_trusted(tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in CA_VARIABLES}
    for path in files.values():
        path.touch()
    environ = {name: str(path) for name, path in files.items()}
    for name in CA_VARIABLES:
        assert ca_bundle(environ) == files[name]
        assert trusted_certificates(environ) == files[name]
        environ[name] = ""
    assert ca_bundle(environ) is None


def test_where_debians_file_is_missing_another_is_found(tmp_path: Path) -> None:
    hidden = tmp_path / "ca-certificates.crt"
    found = trusted_certificates({}, default=hidden)
    assert found is not None
    assert found.exists()
    nothing = type("Paths", (), {"cafile": None, "capath": None})
    with patch("ssl.get_default_verify_paths", return_value=nothing), patch("sys.platform", "linux"):
        certifis = trusted_certificates({}, default=hidden)
    assert certifis is not None
    assert b"BEGIN CERTIFICATE" in certifis.read_bytes()
    with patch("ssl.get_default_verify_paths", return_value=nothing), patch("sys.platform", "win32"):
        assert trusted_certificates({}, default=hidden) is None  # its own store is meant
