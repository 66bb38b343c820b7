"""What the local stack changes in MiniStack and hypercorn, all of it, each with its reason.

They rely on private names, so :func:`photobak.local.process.require_extra` refuses other versions before anything is
patched, and ``tests/unit/test_local_ministack_names.py`` says by name what another version has moved.

============= ============================ =========================================================================
module        what                         why
============= ============================ =========================================================================
durability    items, objects, state        MiniStack writes tables and accounts at a graceful stop only
durability    identities one at a time     two first calls of one person at once made two identity ids
durability    versions' bodies             each was kept in memory too: 610 MB after 600 MB of uploads, 38 MB now
access        root, and who does not sign  ``AUTH=true`` takes ``test``, 12 digits or no key at all for root
access        calls that are closed        their codes are known to everybody, or their tokens need no signature
access        gzip bodies                  a small body unfolded to 500 MB before its sender was known
signed_bodies large bodies                 300 MB were read before their 403
federation    providers in the template    MiniStack's CloudFormation has no UserPoolIdentityProvider
memory        transactions                 each was kept for ten minutes with its request: 11 KB a photo
memory        log lines                    those of every invocation were kept for good
memory        idle function workers        one a function was kept for good: 46 to 68 MB each
memory        hypercorn's connections      a closed one kept its last request for 75 s: 700 MB after 100 x 4 MB
form          an upload's photo            it was copied five times; half of the server's CPU time in ``upload``
speed         hashes in another thread     a fifth of the wall time of ``upload``
============= ============================ =========================================================================

Six patches that saved less than a tenth of the time of the demo, of the sample photos or of uploads are gone
(docs/speed.md, "Patches that were not worth it").
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
