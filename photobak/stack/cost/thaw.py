"""What it costs, and how long it takes, to thaw originals in Glacier."""

from dataclasses import dataclass

from photobak.stack.cost.prices import Prices, StorageClass
from photobak.stack.cost.usage import GB

_DAYS_A_MONTH = 30


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to thaw them."""

    speed: str
    """As S3 calls the tier, in lower case."""
    hours: int
    """That it may take."""
    dollars: float
    """For the thawing and the days as a copy in STANDARD; the download itself comes on top."""


def thaw_offers(prices: Prices, storage: StorageClass, photos: int, size: int, days: int) -> tuple[Offer, Offer]:
    """What S3 offers for some originals of one class.

    Args:
        prices: the price list.
        storage: where they lie.
        photos: how many they are.
        size: of all of them, in bytes.
        days: how long they are to be readable.
    """
    price, gigabytes, thousands = prices.s3[storage], size / GB, photos / 1000
    copy = gigabytes * prices.s3[StorageClass.STANDARD].gb_month * days / _DAYS_A_MONTH
    standard = gigabytes * price.retrieval_gb + thousands * price.thaw_1000
    bulk = gigabytes * price.bulk_retrieval_gb + thousands * price.bulk_thaw_1000
    return Offer("standard", price.thaw_hours, standard + copy), Offer("bulk", price.bulk_hours, bulk + copy)
