"""Whether the machine runs on its battery, and whether its network costs by the byte, as far as the system tells."""

import subprocess
import sys
from pathlib import Path
from typing import Final

_SUPPLIES: Final = Path("/sys/class/power_supply")
_SECONDS: Final = 5.0
_METERED: Final = frozenset({"1", "3"})
"""NM_METERED_YES and NM_METERED_GUESS_YES (NetworkManager's D-Bus API, NMMetered)."""
_ASK_NETWORK_MANAGER: Final = (
    "busctl", "--system", "get-property", "org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager",
    "org.freedesktop.NetworkManager", "Metered",
)  # fmt: skip


def on_battery(supplies: Path = _SUPPLIES) -> bool:
    """Whether the machine is known to run on its battery."""
    if sys.platform == "darwin":
        return "'Battery Power'" in _said("pmset", "-g", "batt")
    if sys.platform == "win32":
        return _said("wmic", "path", "Win32_Battery", "get", "BatteryStatus").split()[1:2] == ["1"]
    return _on_battery_by_sysfs(supplies)


def on_metered_network() -> bool:
    """Whether NetworkManager calls the network metered, such as a phone's hotspot; other systems do not tell."""
    return _said(*_ASK_NETWORK_MANAGER).split()[1:2] in ([each] for each in _METERED)


def _on_battery_by_sysfs(supplies: Path) -> bool:
    """No mains is connected, and a battery is discharging (as systemd's ConditionACPower has it)."""
    discharging = False
    for supply in sorted(supplies.glob("*")):
        kind, status = _read(supply / "type"), _read(supply / "status")
        if kind in ("Mains", "USB") and _read(supply / "online") == "1":
            return False
        if kind == "Battery" and _read(supply / "scope") != "Device":  # not that of a mouse
            discharging = discharging or status == "Discharging"
    return discharging


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace").strip()
    except OSError:
        return ""


def _said(*command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands, no shell
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
