"""What this machine says about the way to the network: proxies and certificate authorities, as boto3 reads them.

https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from photobak.errors import ConfigError

if TYPE_CHECKING:
    import ssl

CA_VARIABLES: Final = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")
"""The first one that is set names the file of certificate authorities to trust."""

_PROXIED_AS: Final = {"wss": "https", "ws": "http"}
_PROXY_SCHEMES: Final = frozenset({"http", "https", "socks4", "socks4a", "socks5", "socks5h"})
_DEBIAN: Final = Path("/etc/ssl/certs/ca-certificates.crt")


def ca_bundle(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The CA file (or folder) that a variable names; None where none does.

    Raises:
        ConfigError: it names one that does not exist.
    """
    for name in CA_VARIABLES:
        if not (value := environ.get(name)):
            continue
        path = Path(value)
        if not path.exists():
            raise ConfigError(
                f"{name} can't be used",
                why=f"the CA bundle {path} does not exist",
                next_step=f"Correct {name}, or unset it",
            )
        return path
    return None


def trusted_certificates(environ: Mapping[str, str] = os.environ, default: Path = _DEBIAN) -> Path | None:
    """The CA file (or folder) to trust; None where the system's own store is meant, which is no file.

    Raises:
        ConfigError: a variable names one that does not exist.
    """
    if (named := ca_bundle(environ)) is not None:
        return named
    if default.is_file():
        return default
    import ssl  # 30 ms, which Debian and its kin are spared

    paths = ssl.get_default_verify_paths()
    found = next((Path(path) for path in (paths.cafile, paths.capath) if path), None)
    if found is not None or sys.platform in ("darwin", "win32"):
        return found
    import certifi

    return Path(certifi.where())


def ssl_context() -> "ssl.SSLContext":
    """What Python's own TLS is to trust: the same.

    Raises:
        ConfigError: it can't be used.
    """
    import ssl

    path = trusted_certificates()
    if path is None:
        return ssl.create_default_context()
    try:
        if path.is_dir():
            return ssl.create_default_context(capath=path)
        return ssl.create_default_context(cafile=path)
    except OSError as error:  # also ssl.SSLError
        raise unreadable_bundle(path) from error


def unreadable_bundle(path: Path | None) -> ConfigError:
    """The error for a CA bundle that holds no certificates."""
    return ConfigError(
        "the CA bundle can't be used",
        why=f"{path or 'it'} holds no certificates that can be read",
        next_step=f"Correct {' or '.join(CA_VARIABLES[:3:2])}, or unset it",
    )


def proxy_for(url: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """The proxy for a URL, with its scheme; None where there is none, or ``NO_PROXY`` spares the host.

    ``https_proxy`` and ``http_proxy`` by the URL's scheme, else ``all_proxy``; lower case wins. Where no variable is
    set, Windows' and macOS's own settings count, as with boto3.

    Raises:
        ConfigError: what a variable says can't be a proxy.
    """
    parts = urlsplit(url)
    scheme = _PROXIED_AS.get(parts.scheme, parts.scheme)
    host = parts.netloc.rpartition("@")[2]
    if spared(host, _variable(environ, "no_proxy")[1]):
        return None
    for variable in (f"{scheme}_proxy", "all_proxy"):
        name, value = _variable(environ, variable)
        if value:
            return _checked(name, value)
    return _system_proxy(scheme, host) if sys.platform in ("darwin", "win32") else None


def spared(host: str, no_proxy: str) -> bool:
    """Whether ``NO_PROXY`` spares a host: its own name, a domain that it belongs to, or ``*``.

    Args:
        host: with its port, where the URL has one.
        no_proxy: names separated by commas; a name may have a port.
    """
    if no_proxy.strip() == "*":
        return True
    host = host.lower()
    names = {host, host.rpartition(":")[0] if _has_port(host) else host}
    entries = (entry.strip().lstrip(".").lower() for entry in no_proxy.split(","))
    return any(name == entry or name.endswith(f".{entry}") for entry in entries if entry for name in names)


def shown_proxy(proxy: str) -> str:
    """A proxy's host and port, as they may be shown: without its user name and password."""
    return urlsplit(proxy).netloc.rpartition("@")[2]


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdigit() and not host.endswith("]")


def _variable(environ: Mapping[str, str], name: str) -> tuple[str, str]:
    """A variable under its lower-case name, else its upper-case one: the name that was found, and its value."""
    if name in environ:  # also an empty one, which switches the upper-case one off
        return name, environ[name]
    return name.upper(), environ.get(name.upper(), "")


def _checked(name: str, value: str) -> str:
    proxy = value if "://" in value else f"http://{value.removeprefix('//')}"
    try:
        parts = urlsplit(proxy)
        usable = parts.scheme.lower() in _PROXY_SCHEMES and parts.hostname and (parts.port or True)
    except ValueError:
        usable = False
    if not usable or not proxy.isprintable() or " " in proxy:
        raise ConfigError(
            f"{name} can't be used", why="it is no proxy's URL", next_step=f"Write {name}=http://HOST:PORT, or unset it"
        )
    return proxy


def _system_proxy(scheme: str, host: str) -> str | None:
    from urllib.request import getproxies, proxy_bypass

    found = getproxies().get(scheme)
    return None if found is None or proxy_bypass(host) else _checked("the system's proxy", found)
