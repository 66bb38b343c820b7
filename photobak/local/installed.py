"""Whether the packages of the extra ``local`` are there: said before anything is started, without importing them."""

import importlib.metadata
import importlib.util
from typing import Final

from photobak.errors import LocalStackError

MINISTACK_VERSION: Final = "1.5.33"
"""As in pyproject.toml; the hooks rely on private names of this very version."""

_EXTRA: Final = ("ministack", "hypercorn", "psutil", "pydantic", "aws_lambda_powertools")
_INSTALL: Final = "Install it with: pip install 'photobak[local]'"


def require_extra() -> None:
    """Say what to install where the local stack can't be started as it is installed.

    Raises:
        LocalStackError: a package is missing, or MiniStack has another version.
    """
    missing = [name for name in _EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        why = "MiniStack is not installed" if "ministack" in missing else f"{', '.join(missing)} can't be found"
        raise LocalStackError("there is no local stack to start", why=why, next_step=_INSTALL)
    found = importlib.metadata.version("ministack")
    if found != MINISTACK_VERSION:
        why = f"MiniStack {found} is installed, and this photobak works with {MINISTACK_VERSION}"
        raise LocalStackError("the local stack can't be started", why=why, next_step=_INSTALL)
