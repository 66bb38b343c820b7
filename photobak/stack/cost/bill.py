"""Bills: what a library costs a month, to upload once, to restore once, and to thaw from Glacier."""

from collections.abc import Mapping
from dataclasses import dataclass

from photobak.stack.cost import usage
from photobak.stack.cost.prices import Prices, StorageClass
from photobak.stack.cost.usage import GB, Shelf

_SERVED_COLD = frozenset({StorageClass.GLACIER_IR, StorageClass.GLACIER, StorageClass.DEEP_ARCHIVE})
_DAYS_A_MONTH = 30
_GLACIER_OVERHEAD_GB, _STANDARD_OVERHEAD_GB = 32 * 1024 / GB, 8 * 1024 / GB


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill."""

    what: str
    listed: float
    """Dollars at the list price."""
    paid: float
    """Dollars after the free tier that never ends."""


@dataclass(frozen=True, slots=True)
class Bill:
    """Lines and their sum."""

    lines: tuple[Line, ...]

    @property
    def total(self) -> float:
        """Dollars after the free tier."""
        return sum(line.paid for line in self.lines)


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to thaw originals."""

    speed: str
    """S3's name of the retrieval tier, in lower case."""
    hours: int
    """The longest it may take."""
    dollars: float
    """Retrieval and the days as a copy in STANDARD; the download is not included."""


def monthly_bill(prices: Prices, shelf: Shelf, storage: StorageClass) -> Bill:
    """What a month costs: everything stored, and ``shelf.monthly`` new photos that move to ``storage`` at once."""
    new = shelf.monthly
    return Bill((
        _plain("originals", _originals(prices, shelf, storage)),
        _plain("web views and thumbnails", _previews(prices, shelf, storage)),
        _plain("requests to S3", _s3_requests(prices, new, storage)),
        _plain("requests to the API", new / usage.BATCH * prices.requests["http_api"] / 1e6),
        _functions(prices, new),
        _queue(prices, new * usage.QUEUE_REQUESTS + usage.IDLE_POLLS),
        _table(prices, shelf.photos, new),
        _logs(prices, new),
        _confirmations(prices, shelf.photos),
        _proofs(prices, shelf, storage),
    ))  # fmt: skip


def cost_so_far(prices: Prices, shelf: Shelf, storage: StorageClass, part: float) -> float:
    """Dollars from the beginning of a month until now: storage by the day, and this month's new photos in full.

    Args:
        prices: list prices.
        shelf: the library; ``monthly`` are the photos that came this month.
        storage: class of the originals.
        part: how much of the month has passed, from 0 to 1.
    """
    idle = monthly_bill(prices, Shelf(shelf.photos, shelf.original_bytes), storage).total
    return idle * part + monthly_bill(prices, shelf, storage).total - idle


def options_cost(prices: Prices, parameters: Mapping[str, str]) -> float:
    """Dollars a month for what the template's parameters switch on, whatever is stored."""
    return prices.options["firewall"] if parameters.get("Firewall") == "on" else 0.0


def upload_cost(prices: Prices, shelf: Shelf, storage: StorageClass) -> float:
    """Dollars to upload the whole library within one month, storage apart."""
    photos = shelf.photos
    lines = (
        _plain("", _s3_requests(prices, photos, storage)),
        _plain("", photos / usage.BATCH * prices.requests["http_api"] / 1e6),
        _functions(prices, photos),
        _queue(prices, photos * usage.QUEUE_REQUESTS),
        _table(prices, 0, photos),
        _logs(prices, photos),
    )
    return sum(line.paid for line in lines)


def restore_cost(prices: Prices, shelf: Shelf, storage: StorageClass) -> float:
    """Dollars to bring every original back over the internet within one month."""
    price, size = prices.s3[storage], shelf.original_bytes / GB
    requests = shelf.photos / 1000 * (price.get_1000 + price.thaw_1000)
    egress = max(0.0, size - prices.free["egress_gb"]) * prices.egress["gb"]
    return requests + size * price.retrieval_gb + egress


def thaw_offers(prices: Prices, storage: StorageClass, photos: int, size: int, days: int) -> tuple[Offer, Offer]:
    """S3's offers to thaw originals of one storage class.

    Args:
        prices: the price list.
        storage: where they lie.
        photos: how many they are.
        size: of all of them, in bytes.
        days: how long they stay readable.
    """
    price, gigabytes, thousands = prices.s3[storage], size / GB, photos / 1000
    copy = gigabytes * prices.s3[StorageClass.STANDARD].gb_month * days / _DAYS_A_MONTH
    standard = gigabytes * price.retrieval_gb + thousands * price.thaw_1000
    bulk = gigabytes * price.bulk_retrieval_gb + thousands * price.bulk_thaw_1000
    return Offer("standard", price.thaw_hours, standard + copy), Offer("bulk", price.bulk_hours, bulk + copy)


def _originals(prices: Prices, shelf: Shelf, storage: StorageClass) -> float:
    price = prices.s3[storage]
    dollars = shelf.original_bytes / GB * price.gb_month + shelf.photos / 1000 * price.monitoring_1000
    if price.overhead:
        standard = prices.s3[StorageClass.STANDARD].gb_month
        dollars += shelf.photos * (_GLACIER_OVERHEAD_GB * price.gb_month + _STANDARD_OVERHEAD_GB * standard)
    return dollars


def _previews(prices: Prices, shelf: Shelf, storage: StorageClass) -> float:
    """Thumbnails and records stay in STANDARD; web views go with the originals, as far as they can be shown at once."""
    standard = prices.s3[StorageClass.STANDARD].gb_month
    web = prices.s3[StorageClass.GLACIER_IR].gb_month if storage in _SERVED_COLD else standard
    small = usage.THUMB_BYTES + usage.RECORD_BYTES
    return shelf.photos / GB * (small * standard + usage.WEB_BYTES * web)


def _s3_requests(prices: Prices, photos: int, storage: StorageClass) -> float:
    standard, web = prices.s3[StorageClass.STANDARD], prices.s3[StorageClass.GLACIER_IR]
    thousand = standard.put_1000 * usage.PUTS + standard.get_1000 * usage.GETS
    thousand += prices.s3[storage].transition_1000 + (web.transition_1000 if storage in _SERVED_COLD else 0.0)
    return photos / 1000 * thousand


def _functions(prices: Prices, photos: int) -> Line:
    calls = photos * (1 + 2 / usage.BATCH)
    memory_seconds = photos * (
        usage.PROCESS_SECONDS * usage.PROCESS_GB
        + (usage.API_SECONDS + usage.PUBLISH_SECONDS) * usage.API_GB / usage.BATCH
    )
    price, request = prices.lambda_["gb_second_arm64"], prices.requests["lambda"] / 1e6
    free_calls, free_seconds = prices.free["lambda_requests"], prices.free["lambda_gb_seconds"]
    paid = max(0.0, calls - free_calls) * request + max(0.0, memory_seconds - free_seconds) * price
    return Line("functions", calls * request + memory_seconds * price, paid)


def _queue(prices: Prices, requests: float) -> Line:
    price = prices.requests["sqs"] / 1e6
    return Line("queues", requests * price, max(0.0, requests - prices.free["sqs_requests"]) * price)


def _table(prices: Prices, stored: int, new: int) -> Line:
    """Tables have free storage, but neither free backups nor, on demand, free requests."""
    size = stored * usage.ITEM_BYTES / GB
    requests = (
        new
        / 1e6
        * (usage.WRITE_UNITS * prices.requests["dynamodb_write"] + usage.READ_UNITS * prices.requests["dynamodb_read"])
    )
    always = requests + size * prices.dynamodb["backup_gb_month"]
    paid = max(0.0, size - prices.free["dynamodb_gb"]) * prices.dynamodb["gb_month"]
    return Line("tables and their backups", always + size * prices.dynamodb["gb_month"], always + paid)


def _logs(prices: Prices, photos: int) -> Line:
    size, price = photos * usage.LOG_BYTES / GB, prices.logs["ingested_gb"]
    return Line("logs", size * price, max(0.0, size - prices.free["logs_gb"]) * price)


def _confirmations(prices: Prices, stored: int) -> Line:
    """One machine's questions whether everything is still there: a consistent read of up to 4 KB is one unit."""
    reads = stored * usage.CONFIRMATIONS
    return _plain("confirmations, each within six days", reads / 1e6 * prices.requests["dynamodb_read"])


def _proofs(prices: Prices, shelf: Shelf, storage: StorageClass) -> Line:
    """Originals of average size that nightly runs read back; archived ones are skipped."""
    price = prices.s3[storage]
    if price.thaw_hours or not shelf.photos:
        return _plain("proofs, two a night", 0.0)
    size = usage.PROOFS * min(shelf.original_bytes / shelf.photos, usage.LARGEST_PROOF) / GB
    reads = usage.PROOFS / 1000 * price.get_1000 + size * price.retrieval_gb
    egress = prices.egress["gb"]
    return Line(
        "proofs, two a night", reads + size * egress, reads + max(0.0, size - prices.free["egress_gb"]) * egress
    )


def _plain(what: str, dollars: float) -> Line:
    """A line that no free tier touches."""
    return Line(what, dollars, dollars)
