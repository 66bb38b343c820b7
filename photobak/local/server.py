"""The server process of the local stack: MiniStack behind our middleware, started by :mod:`photobak.local.process`.

``python -m photobak.local.server FOLDER`` serves on the listening socket that is its standard input; all else that it
needs to know is in its environment (:func:`photobak.local.process.environment`).
"""

import asyncio
import functools
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Final, NoReturn, cast

from hypercorn.asyncio import serve
from hypercorn.config import Config
from hypercorn.typing import Framework
from ministack.app import app

from photobak.local import patches
from photobak.local.home import Home
from photobak.local.items import ItemStore
from photobak.local.middleware import App, Middleware
from photobak.local.patches.durability import save
from photobak.local.patches.memory import end_lambda_workers
from photobak.local.running import LAST_WORDS, full_disk, home_path
from photobak.platform.processes import raise_open_files

GIVEN_UP: Final = 74
"""The exit code where the disk can't be written (EX_IOERR of sysexits.h)."""
_KEEP_ALIVE_SECONDS: Final = 75  # longer than a client keeps an idle connection, so that it is the one to close it
_GRACE_SECONDS: Final = 2
_WORKERS_END_EVERY: Final = 0.1
_OPEN_FILES: Final = 4096

_log = logging.getLogger("photobak.local.server")


def main(folder: str) -> None:
    """Serve until SIGTERM; then save, and end every Lambda worker."""
    home = Home.at(Path(folder))
    raise_open_files(_OPEN_FILES)
    store = ItemStore(home.items)
    give_up = functools.partial(_give_up, home)
    patches.install(store, give_up)
    port = int(os.environ["GATEWAY_PORT"])
    asyncio.run(_serve(Middleware(cast(App, app), store, give_up, home_path(home), port)))
    store.close()


async def _serve(middleware: App) -> None:
    config = Config()
    config.bind = [f"fd://{sys.stdin.fileno()}"]
    config.keep_alive_timeout = _KEEP_ALIVE_SECONDS
    config.graceful_timeout = _GRACE_SECONDS
    config.loglevel = "WARNING"
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)

    async def stop() -> None:
        await asked.wait()
        save()
        threading.Thread(target=_end_lambda_workers, daemon=True).start()

    await serve(cast(Framework, middleware), config, shutdown_trigger=stop)


def _end_lambda_workers() -> NoReturn:
    """End them again and again: each WebSocket that is closed now starts one more, which would wait for this server."""
    while True:
        end_lambda_workers()
        time.sleep(_WORKERS_END_EVERY)


def _give_up(home: Home, why: str) -> NoReturn:
    """End at once: what memory holds and the disk does not must not be told to anybody."""
    _log.critical("%s%s%s", LAST_WORDS, why, f" ({full})" if (full := full_disk(home)) else "")
    logging.shutdown()
    os._exit(GIVEN_UP)


if __name__ == "__main__":
    main(sys.argv[1])
