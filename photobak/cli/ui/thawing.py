"""Words about frozen originals: how many, how long it takes, what it costs, and what to type."""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, repeat
from typing import TYPE_CHECKING, Final

from photobak.cli.ui.terminal import bytes_text, plural

if TYPE_CHECKING:
    from photobak.client.restore.layout import Target
    from photobak.client.restore.outcome import RestoreOutcome

_FIRST_PAUSE: Final = 2.0
_LONGEST_PAUSE: Final = 600.0
"""Seconds between two looks at what is being thawed."""


def advice(frozen: "Sequence[RestoreOutcome]") -> "Iterator[str]":
    """Say what there is to know of originals that can't be read yet, a line for each class and state."""
    if not frozen:
        return
    from photobak.client.restore.frost import THAWED_DAYS
    from photobak.stack.cost.prices import StorageClass, load_prices
    from photobak.stack.cost.thaw import thaw_offers

    prices = load_prices()
    for frost in dict.fromkeys(outcome.frost for outcome in frozen):
        if frost is None:
            continue
        sizes = {each.target.record.sha256: each.target.record.size for each in frozen if each.frost == frost}
        some = f"{plural(len(sizes), 'original')} ({bytes_text(sum(sizes.values()))})"
        storage = StorageClass(frost.storage_class)
        offers = thaw_offers(prices, storage, len(sizes), sum(sizes.values()), THAWED_DAYS)
        if frost.under_way:
            hours = " or ".join(f"{offer.hours} ({offer.speed})" for offer in offers)
            yield f"{some} thawing in {storage}: it may take {hours} hours. The same command takes what is ready."
        else:
            ways = ", or ".join(
                f"--thaw {offer.speed} (up to {offer.hours} hours, about ${offer.dollars:,.2f})" for offer in offers
            )
            yield f"{some} frozen in {storage}. Type the same command with {ways}."
    if any(outcome.frost and not outcome.frost.under_way for outcome in frozen):
        yield f"Prices of {prices.as_of:%Y-%m-%d} in {prices.region}, without the download."


def wait(
    frozen: "list[RestoreOutcome]", again: "Callable[[list[Target]], list[RestoreOutcome]]"
) -> "list[RestoreOutcome]":
    """Fetch what is being thawed as it gets ready; returns what will not.

    Args:
        frozen: what could not be read.
        again: fetches some of it, and says what still can't be read.
    """
    left = []
    for pause in accumulate(repeat(1.5), lambda last, factor: min(last * factor, _LONGEST_PAUSE), initial=_FIRST_PAUSE):
        left += [outcome for outcome in frozen if outcome.frost and not outcome.frost.under_way]
        thawing = [outcome.target for outcome in frozen if outcome.frost and outcome.frost.under_way]
        if not thawing:
            break
        time.sleep(pause)
        frozen = again(thawing)
    return left
