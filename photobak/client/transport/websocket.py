"""Opens a WebSocket by the same proxies and certificates as all else, and follows no redirect."""

from typing import TYPE_CHECKING, Any

from photobak.client.transport.curl import proxy_of
from photobak.client.transport.errors import (
    Interrupted,
    NoAnswer,
    certificate_refusal,
    not_connected,
    proxy_failure,
    proxy_refusal,
)
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
        NoAnswer: there is no way to it.
        websockets.exceptions.WebSocketException: it is refused.
        ConfigError: the proxy or the CA bundle can't be used.
    """
    from websockets.exceptions import InvalidProxyMessage, InvalidProxyStatus
    from websockets.sync.client import reconnect

    class Once(reconnect):
        """One attempt, at the address that was given: the headers have a token."""

        def process_redirect(self, exc: Exception) -> Exception | str:
            return exc

    proxy = proxy_of(url)
    settings: dict[str, Any] = {"proxy_ssl": ssl_context()} if proxy and proxy.startswith("https:") else {}
    opening = Once(
        url,
        ssl=ssl_context() if url.startswith("wss:") else None,
        additional_headers=headers,
        user_agent_header="photobak",
        proxy=proxy,
        open_timeout=within,
        close_timeout=1,
        max_size=largest,
        **settings,
    )
    try:
        return opening.connect()
    except InvalidProxyStatus as error:
        raise proxy_refusal(proxy or "", error.response.status_code) from None
    except InvalidProxyMessage:
        raise not_connected(proxy or "") from None
    except ImportError as error:
        raise NoAnswer(str(error), sent=False) from None
    except OSError as error:
        raise _no_answer(error, proxy) from None


def _no_answer(error: OSError, proxy: str | None) -> NoAnswer:
    import ssl

    if isinstance(error, ssl.SSLCertVerificationError):
        return certificate_refusal(error.verify_message)
    if isinstance(error, ssl.SSLError):
        return not_connected(proxy) if proxy else Interrupted("the TLS handshake failed", sent=False)
    why = error.strerror or str(error) or type(error).__name__
    return proxy_failure(proxy, why.lower()) if proxy else Interrupted(why, sent=False)
