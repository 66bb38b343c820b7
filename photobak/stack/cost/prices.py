"""The price list as one value."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources


class StorageClass(StrEnum):
    """Where S3 may keep originals, by the names that S3 gives them."""

    STANDARD = "STANDARD"
    INTELLIGENT_TIERING = "INTELLIGENT_TIERING"
    STANDARD_IA = "STANDARD_IA"
    GLACIER_IR = "GLACIER_IR"
    GLACIER = "GLACIER"
    DEEP_ARCHIVE = "DEEP_ARCHIVE"


@dataclass(frozen=True, slots=True)
class StoragePrice:
    """One S3 storage class, in dollars."""

    gb_month: float
    put_1000: float
    get_1000: float
    transition_1000: float = 0.0
    """Lifecycle's price for moving 1,000 objects into the class."""
    retrieval_gb: float = 0.0
    monitoring_1000: float = 0.0
    """A month, for 1,000 objects."""
    thaw_1000: float = 0.0
    """1,000 RestoreObject requests."""
    minimum_days: int = 0
    """What is deleted or replaced earlier is paid for as long."""
    thaw_hours: int = 0
    """How long a Standard retrieval may take; 0: GET answers at once."""
    bulk_hours: int = 0
    """How long a Bulk retrieval may take."""
    bulk_thaw_1000: float = 0.0
    """1,000 RestoreObject requests in bulk."""
    bulk_retrieval_gb: float = 0.0
    overhead: bool = False
    """Whether each object carries 32 KB of this class and 8 KB of STANDARD besides its bytes."""


@dataclass(frozen=True, slots=True)
class Prices:
    """The price list; the sections are explained in ``prices.toml``."""

    as_of: date
    region: str
    region_name: str
    sources: tuple[str, ...]
    s3: Mapping[StorageClass, StoragePrice]
    requests: Mapping[str, float]
    lambda_: Mapping[str, float]
    dynamodb: Mapping[str, float]
    logs: Mapping[str, float]
    egress: Mapping[str, float]
    options: Mapping[str, float]
    free: Mapping[str, float]
    server: Mapping[str, float]
    article: Mapping[str, float]


@cache
def load_prices() -> Prices:
    """The price list of this version."""
    text = resources.files(__package__).joinpath("prices.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    classes = {StorageClass(name): StoragePrice(**prices) for name, prices in document.pop("s3").items()}
    sources = tuple(document.pop("sources"))
    return Prices(s3=classes, sources=sources, lambda_=document.pop("lambda"), **document)
