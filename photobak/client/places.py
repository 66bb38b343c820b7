"""Where photobak keeps its files on this machine: config, state and cache, or all of them under ``$PHOTOBAK_HOME``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of photobak. They need not exist yet."""

    config: Path
    """``config.toml``: the profiles. No secrets."""
    state: Path
    """What has to be kept: a profile's index, its lock, its token file if there is no keyring, the local stack."""
    cache: Path
    """What can be deleted."""

    log: Path
    """What runs have said; no secrets. Can be deleted."""

    @property
    def config_file(self) -> Path:
        """The file with the profiles."""
        return self.config / "config.toml"


def places(environ: Mapping[str, str] = os.environ) -> Places:
    """This user's folders: the platform's own (platformdirs), or those under ``$PHOTOBAK_HOME`` if it is set."""
    home = environ.get("PHOTOBAK_HOME", "")
    if home:
        root = Path(home).expanduser().absolute()
        return Places(config=root / "config", state=root / "state", cache=root / "cache", log=root / "log")
    from platformdirs import PlatformDirs  # 14 ms, and not needed under PHOTOBAK_HOME

    folders = PlatformDirs("photobak", appauthor=False)
    return Places(
        config=folders.user_config_path,
        state=folders.user_state_path,
        cache=folders.user_cache_path,
        log=folders.user_log_path,
    )
