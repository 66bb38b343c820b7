"""What the local stack changes in MiniStack and hypercorn, all of it, each with its reason.

They rely on private names, so :func:`photobak.local.process.require_extra` refuses other versions before anything is
patched, and ``tests/unit/test_local_ministack_names.py`` says by name what another version has moved.

========== ============================ ========================================================================
module     what                         why
========== ============================ ========================================================================
durability items, objects, state        MiniStack writes tables and accounts at a graceful stop only
durability identities one at a time     two first calls of one person at once made two identity ids
access     root and unsigned callers    ``AUTH=true`` takes ``test``, 12 digits or no key for root
access     calls that are closed        codes and tokens that anybody can make let anybody in
access     bodies before authentication 300 MB were read before their 403; gzip bodies were inflated unseen
federation providers in the template    MiniStack's CloudFormation has no UserPoolIdentityProvider
memory     versions, logs, tokens       kept for ever: with 5,000 small photos SAVED_MEMORY
memory     hypercorn's connections      a closed one kept its last request until its idle time was over
memory     an upload's form             its photo was copied five times: 2.3 GB for 400 MB
memory     idle function workers        one a function stayed for good: 60 MB each
speed      SPEED_ROWS
========== ============================ ========================================================================
"""

from collections.abc import Callable
from typing import NoReturn

from photobak.local.items import ItemStore
from photobak.local.patches import access, durability, federation, memory, speed


def install(store: ItemStore, give_up: Callable[[str], NoReturn]) -> None:
    """Patch MiniStack and hypercorn; call it once, before the application is served.

    Args:
        store: remembers what changes in the tables.
        give_up: ends the server; called where an object's body could not be written.
    """
    durability.install(store, give_up)
    access.install()
    federation.install()
    memory.install()
    speed.install()
