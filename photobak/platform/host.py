"""The machine: its name, and whether a person sits at it."""

import os
import sys
from collections.abc import Mapping


def host_name() -> str:
    """The machine's name in its network; empty if it has none."""
    import socket  # 7 ms, which `photobak status` is spared

    return socket.gethostname()


def has_display(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a window opened here can be seen: always on macOS, elsewhere under X11 or Wayland."""
    return sys.platform == "darwin" or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def has_desktop(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a keyring can ask to be unlocked: always on macOS, elsewhere with a display and a D-Bus session."""
    return sys.platform == "darwin" or (bool(environ.get("DBUS_SESSION_BUS_ADDRESS")) and has_display(environ))
