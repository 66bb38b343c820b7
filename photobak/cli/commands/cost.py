"""``photobak cost``: estimate the monthly bill, and compare it with servers."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from photobak.cli.ui.context import Context, pass_context, require_session
from photobak.cli.ui.terminal import bytes_text, data, json_line, plural, save_svg, say
from photobak.errors import ConfigError, WrongUsage

if TYPE_CHECKING:
    from rich.table import Table

    from photobak.stack.cost.bill import Bill
    from photobak.stack.cost.prices import Prices, StorageClass
    from photobak.stack.cost.servers import Comparison
    from photobak.stack.cost.usage import Shelf

_CLASSES: Final = ("STANDARD", "INTELLIGENT_TIERING", "STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")
_REQUESTS: Final = (1e6, 10e6, 100e6, 200e6, 1e9)
"""A month; the fourth is the number in the article that docs/serverless.md discusses."""


@click.command(name="cost", short_help="Estimate what the cloud costs.")
@click.option("--photos", metavar="N", type=click.IntRange(1), help="Estimate for N photos (default: your library).")
@click.option(
    "--avg-size", metavar="SIZE", default="4MB", show_default=True, help="Average size of an original, with --photos."
)
@click.option("--monthly", metavar="M", type=click.IntRange(0), default=0, help="Number of new photos per month.")
@click.option(
    "--storage-class",
    type=click.Choice(_CLASSES, case_sensitive=False),
    default="STANDARD",
    help="Storage class of the originals.",
)
@click.option(
    "--plot",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save the comparison with servers as SVG.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per line of the tables.")
@pass_context
def command(
    context: Context,
    photos: int | None,
    avg_size: str,
    monthly: int,
    storage_class: str,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Estimate what a library costs per month on AWS, from AWS's list prices.

    It compares the storage classes of S3, and serverless with running servers.

    \b
    Examples:
      photobak cost
      photobak cost --photos 100000 --avg-size 4MB --monthly 1000
      photobak cost --photos 100000 --storage-class GLACIER_IR --plot break-even.svg
    """
    from photobak.stack.cost.prices import StorageClass, load_prices
    from photobak.stack.cost.servers import comparisons

    prices = load_prices()
    shelf = _asked(photos, avg_size, monthly) if photos else _library(context, monthly)
    compared = comparisons(prices)
    if as_json:
        _print_json(prices, shelf, compared)
    else:
        _print_tables(prices, shelf, StorageClass(storage_class), compared)
    if plot:
        save_svg(plot, _servers_table(compared), "photobak cost: dollars per month, by requests per month")
        say(f"Saved {plot}")


def _asked(photos: int, avg_size: str, monthly: int) -> "Shelf":
    from photobak.cli.ui.values import parse_size
    from photobak.stack.cost.usage import Shelf

    return Shelf(photos, photos * parse_size(avg_size), monthly)


def _library(context: Context, monthly: int) -> "Shelf":
    """The library of the profile."""
    from photobak.client.library.library import Library
    from photobak.stack.cost.usage import Shelf

    try:
        session = require_session(context)
    except ConfigError as error:
        raise WrongUsage("there is no library yet", next_step="Pass a number of photos: --photos 10000") from error
    sizes = [record.size for record in Library(session).records()]
    if not sizes:
        raise WrongUsage("your library is empty", next_step="Pass a number of photos: --photos 10000")
    return Shelf(len(sizes), sum(sizes), monthly)


def _costs(prices: "Prices", shelf: "Shelf", storage: "StorageClass") -> dict[str, Any]:
    from photobak.stack.cost.bill import monthly_bill, restore_cost, upload_cost

    price = prices.s3[storage]
    return {
        "storage_class": storage.value,
        "month": round(monthly_bill(prices, shelf, storage).total, 2),
        "upload": round(upload_cost(prices, shelf, storage), 2),
        "restore": round(restore_cost(prices, shelf, storage), 2),
        "thaw_hours": price.thaw_hours,
        "minimum_days": price.minimum_days,
    }


def _print_json(prices: "Prices", shelf: "Shelf", compared: "tuple[Comparison, ...]") -> None:
    for storage in prices.s3:
        json_line({"type": "storage", "photos": shelf.photos, **_costs(prices, shelf, storage)})
    for one in compared:
        json_line({
            "type": "servers",
            "name": one.name,
            "servers_month": round(one.servers_month, 2),
            "dollars_per_million_requests": round(one.request * 1e6, 3),
            "break_even_requests": round(one.break_even),
        })  # fmt: skip
    for url in prices.sources:
        json_line({"type": "source", "url": url, "as_of": str(prices.as_of)})


def _print_tables(
    prices: "Prices", shelf: "Shelf", storage: "StorageClass", compared: "tuple[Comparison, ...]"
) -> None:
    from photobak.stack.cost.bill import monthly_bill

    size = f"{plural(shelf.photos, 'photo')}, {bytes_text(shelf.original_bytes)}"
    click.echo(
        f"{size}, {shelf.monthly:,} more per month; {prices.region_name}, list prices of {prices.as_of}, US dollars"
    )
    click.echo(f"\nPer month, with originals in {storage.value}:")
    _bill_table(monthly_bill(prices, shelf, storage))
    click.echo("\nStorage classes for originals (photobak deploy -p StorageClass=CLASS):")
    _classes_table(prices, shelf)
    click.echo("\nServerless, by requests per month, compared with servers (requests of 0.3 s and 1 GB, no free tier):")
    data().print(_servers_table(compared))
    click.echo(f"\nPrices as of {prices.as_of}: {_price_pages(prices)}")
    click.echo(
        'The article is "Serverless or not": 200 million requests a month to a REST API and a function, or to three'
        " m5.xlarge behind a load balancer. docs/serverless.md discusses its arguments."
    )


def _price_pages(prices: "Prices") -> str:
    """AWS's pages, which differ in one word; a page of another form is printed as it is."""
    begin, end = "https://aws.amazon.com/", "/pricing/"
    names = [url.removeprefix(begin).removesuffix(end) for url in prices.sources]
    return f"{begin}SERVICE{end} for {', '.join(names)}"


def _bill_table(bill: "Bill") -> None:
    from rich.table import Table

    table = Table("", box=None, pad_edge=False)
    table.add_column("listed", justify="right")
    table.add_column("after free tier", justify="right")
    for line in bill.lines:
        table.add_row(line.what, f"{line.listed:,.2f}", f"{line.paid:,.2f}")
    table.add_row("total", f"{sum(line.listed for line in bill.lines):,.2f}", f"{bill.total:,.2f}")
    data().print(table)


def _classes_table(prices: "Prices", shelf: "Shelf") -> None:
    from rich.table import Table

    table = Table("", box=None, pad_edge=False)
    for heading in ("per month", "upload", "restore all", "restore starts"):
        table.add_column(heading, justify="right")
    for storage in prices.s3:
        costs = _costs(prices, shelf, storage)
        begins = f"after {costs['thaw_hours']} h" if costs["thaw_hours"] else "immediately"
        dollars = (f"{costs[key]:,.2f}" for key in ("month", "upload", "restore"))
        table.add_row(storage.value, *dollars, begins)
    data().print(table)


def _servers_table(compared: "tuple[Comparison, ...]") -> "Table":
    """Dollars a month without servers by the number of requests, beside what the servers cost; the cheaper are bold."""
    from rich.table import Table

    table = Table("", "servers", box=None, pad_edge=False)
    for heading in ("servers per month", *(f"{requests / 1e6:,.0f} M" for requests in _REQUESTS), "break-even"):
        table.add_column(heading, justify="right")
    for one in compared:
        months = (one.serverless_month(requests) for requests in _REQUESTS)
        dollars = (f"[bold]{month:,.2f}[/]" if month < one.servers_month else f"{month:,.2f}" for month in months)
        table.add_row(one.name, one.servers, f"{one.servers_month:,.2f}", *dollars, f"{one.break_even / 1e6:,.1f} M")
    return table
