"""Sends notices and pings; a way that fails or hangs costs some seconds, and never the run.

A ping is a request to a URL of healthchecks.io or a service like it: URL/start, then URL or URL/fail
(https://healthchecks.io/docs/http_api/).
"""

import logging
from collections.abc import Callable, Sequence
from enum import StrEnum
from threading import Thread
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from photobak.client.notices.conditions import Notice
from photobak.client.transport.curl import Limits, Request
from photobak.client.transport.http import ask
from photobak.client.transport.retry import RetryPolicy
from photobak.errors import PhotobakError

LONGEST: Final = 20.0
"""Seconds that all notices of a run may take together, and a ping too."""
_POLICY: Final = RetryPolicy(attempts=2, first_pause=0.5, throttled_for=2.0)
_INSTALL: Final = "pip install 'photobak[notify]'"


class Ping(StrEnum):
    """What a ping says: the path after the URL."""

    START = "/start"
    SUCCESS = ""
    FAILURE = "/fail"


def send(urls: Sequence[str], notice: Notice, longest: float = LONGEST) -> list[str]:
    """Send a notice everywhere at once.

    Args:
        urls: Apprise URLs, which may hold passwords.
        notice: the message.
        longest: seconds after which ways that have not answered are given up.

    Returns:
        For each way why it failed, without its secrets; "" if it worked.
    """
    try:
        import apprise  # 0.3 s, and optional
    except ImportError:
        return [f"notices need another package: {_INSTALL}"] * len(urls)
    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its warnings name the URL
    kind = apprise.NotifyType.SUCCESS if notice.is_recovery else apprise.NotifyType.WARNING

    def way(url: str) -> Callable[[], str]:
        def go() -> str:
            one = apprise.Apprise()
            if not one.add(url):
                return "Apprise does not know this kind of URL"
            sent = one.notify(title=notice.title, body=notice.body, notify_type=kind)
            return "" if sent else "it did not accept the notice"

        return go

    return _bounded([way(url) for url in urls], longest)


def ping(url: str, what: Ping, longest: float = LONGEST) -> str:
    """Ping a URL; returns why that failed, without the URL, or ""."""

    def go() -> str:
        parts = urlsplit(url)
        target = urlunsplit(parts._replace(path=parts.path.rstrip("/") + what.value))
        try:
            answer = ask(Request("GET", target, limits=Limits(to_connect=5, silent=10)), policy=_POLICY)
        except PhotobakError as error:
            return error.why or error.what
        return "" if 200 <= answer.status < 300 else f"HTTP {answer.status}"

    return _bounded([go], longest)[0]


def _bounded(ways: Sequence[Callable[[], str]], longest: float) -> list[str]:
    """Run all at once, in threads that a process does not wait for when it ends."""
    results = [f"no answer within {longest:g} s"] * len(ways)

    def run(number: int) -> None:
        try:
            results[number] = ways[number]()
        except Exception as error:  # noqa: BLE001 - a library's bug must not end the backup
            results[number] = type(error).__name__  # its text may hold the URL

    threads = [Thread(target=run, args=(number,), daemon=True) for number in range(len(ways))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(longest)
    return list(results)
