"""Opens a WebSocket by the same proxies and certificates as all else, and follows no redirect."""

from typing import TYPE_CHECKING, Any

from photobak.client.transport.curl import proxy_of
from photobak.platform.network import ssl_context

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection


def open_websocket(url: str, headers: dict[str, str], *, within: float, largest: int) -> "ClientConnection":
    """Shake hands.

    Args:
        url: ``wss``, or ``ws`` to this machine.
        headers: what is sent besides those of the protocol.
        within: seconds for all of it.
        largest: bytes that a message may have.

    Raises:
        websockets.exceptions.WebSocketException, OSError: it can't be opened.
        ConfigError: the proxy or the CA bundle can't be used.
    """
    from websockets.sync.client import reconnect

    class Once(reconnect):
        """One attempt, at the address that was given: the headers have a token."""

        def process_redirect(self, exc: Exception) -> Exception | str:
            return exc

    proxy = proxy_of(url)
    settings: dict[str, Any] = {"proxy_ssl": ssl_context()} if proxy and proxy.startswith("https:") else {}
    return Once(
        url,
        ssl=ssl_context() if url.startswith("wss:") else None,
        additional_headers=headers,
        user_agent_header="photobak",
        proxy=proxy,
        open_timeout=within,
        close_timeout=1,
        max_size=largest,
        **settings,
    ).connect()
