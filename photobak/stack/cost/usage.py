"""What this template uses for a library: measured on the code itself, or counted from it."""

from dataclasses import dataclass
from typing import Final

GB: Final = 2**30
"""Bytes; what AWS bills as a GB."""

THUMB_BYTES: Final = 22_500
WEB_BYTES: Final = 255_000
"""Bytes; means over the sample photos of 8 megapixels and more (``python -m tests.bench.preview`` prints them)."""

PROCESS_SECONDS: Final = 0.8
"""A photo's stay in the process function: 0.37 s of CPU on average (``tests.bench.preview``), the rest is S3's."""
PROCESS_GB: Final = 1769 / 1024
API_SECONDS: Final = 0.3
"""For 100 announced photos: sign them, read and write their items."""
PUBLISH_SECONDS: Final = 0.1
API_GB: Final = 1.0
"""Memory of the api and publish functions."""
BATCH: Final = 100
"""Photos announced in one request, and records handed to one publish call at best."""

ITEM_BYTES: Final = 1_600
"""A record, its content item and DynamoDB's 100 bytes on each."""
RECORD_BYTES: Final = 1_200
"""The record's JSON beside the photo."""
LOG_BYTES: Final = 2_000
"""A photo's lines in the logs."""

PUTS: Final = 5
"""S3 writes a photo: the upload, the original's copy, thumbnail, web view, record."""
GETS: Final = 3
"""S3 reads a photo: the upload, and two questions whether the original is there."""
QUEUE_REQUESTS: Final = 3
"""Send, receive, delete."""
WRITE_UNITS: Final = 6
"""The announcement's item and the two of the record, each of up to 1 KB, in transactions, which count double."""
READ_UNITS: Final = 4
"""The process function's consistent reads, the announcement's, and the client's three questions on average."""

CONFIRMATIONS: Final = 5
"""How often a month each content is asked for by a machine that syncs every night: all of them within six days."""
PROOFS: Final = 2 * 30
"""Originals read back in a month of nightly runs (``photobak sync --prove 2``)."""
LARGEST_PROOF: Final = 200_000_000
"""Bytes of the largest original that is read back."""

IDLE_POLLS: Final = 2 * 5 * 3 * 60 * 24 * 30
"""SQS requests a month of a stack at rest: Lambda asks each of the two queues with 5 pollers, 20 s at a time."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a library is."""

    photos: int
    """How many there are, videos and sidecars included."""
    original_bytes: int
    """All originals together."""
    monthly: int = 0
    """How many more come each month."""
