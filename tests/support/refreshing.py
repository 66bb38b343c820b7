"""A process that needs a valid ID token at the same moment as others, again and again."""

from multiprocessing.synchronize import Barrier
from typing import Any

from photobak.client.account.session import open_session
from photobak.client.places import places
from photobak.client.profile import Profile


def ask_each_round(profile: Profile, home: str, rounds: int, barrier: Barrier, results: Any) -> None:
    """In each round: wait for all, open a session of our own, report the token or the error."""
    environ = {"PHOTOBAK_HOME": home, "PHOTOBAK_TOKEN_STORE": "file"}
    for _ in range(rounds):
        barrier.wait()
        try:
            results.put(open_session(profile, places(environ), environ).id_token())
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must see it
            results.put(f"{type(error).__name__}: {error}")
        barrier.wait()
