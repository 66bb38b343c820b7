"""Serverless or servers: from how many requests a month on servers are the cheaper ones."""

from dataclasses import dataclass
from typing import Final

from photobak.stack.cost.prices import Prices

ARTICLE_REQUESTS: Final = 200e6
"""A month, in the article's example."""
ARTICLE_SECONDS: Final = 0.3
ARTICLE_GB: Final = 1.0
_HOURS: Final = 730
"""In a month, as AWS counts."""
_DISK_GB: Final = 20


@dataclass(frozen=True, slots=True)
class Comparison:
    """One workload on an HTTP API with a function behind it, against servers that cost the same whatever comes."""

    name: str
    servers: str
    """What they are."""
    api_request: float
    """Dollars that API Gateway takes for a request."""
    function_request: float
    """Dollars that Lambda takes for a request: the call, and its GB-seconds."""
    servers_month: float
    """Dollars a month."""

    @property
    def request(self) -> float:
        """Dollars for one request without servers."""
        return self.api_request + self.function_request

    @property
    def break_even(self) -> float:
        """Requests a month from which on servers are cheaper, as long as they can take them."""
        return self.servers_month / self.request

    def serverless_month(self, requests: float) -> float:
        """Dollars for so many requests a month; no free tier, so that it is a straight line."""
        return requests * self.request


def article_example(prices: Prices) -> Comparison:
    """The article's own example, by its prices and its formula."""
    article = prices.article
    return Comparison(
        name="article, its prices",
        servers="3 m5.xlarge + ELB",
        api_request=article["http_api"] / 1e6,
        function_request=ARTICLE_SECONDS * ARTICLE_GB * article["gb_second"],
        servers_month=article["servers_month"] + article["load_balancer_month"],
    )


def article_today(prices: Prices) -> Comparison:
    """The same work at today's prices: an HTTP API instead of a REST one, functions on arm64."""
    return Comparison(
        name="article, today",
        servers="3 m5.xlarge + ELB",
        api_request=prices.requests["http_api"] / 1e6,
        function_request=_call(prices) + ARTICLE_SECONDS * ARTICLE_GB * prices.lambda_["gb_second_arm64"],
        servers_month=_HOURS * (3 * prices.server["m5_xlarge"] + prices.server["load_balancer"]),
    )


def one_small_server(prices: Prices) -> Comparison:
    """The same request on the smallest server that would do for a family: no second one, no load balancer."""
    server = prices.server
    return Comparison(
        name="one household",
        servers="1 t4g.small, 20 GB",
        api_request=prices.requests["http_api"] / 1e6,
        function_request=_call(prices) + ARTICLE_SECONDS * ARTICLE_GB * prices.lambda_["gb_second_arm64"],
        servers_month=_HOURS * (server["t4g_small"] + server["public_ipv4"]) + _DISK_GB * server["disk_gb_month"],
    )


def comparisons(prices: Prices) -> tuple[Comparison, ...]:
    """All of them, in the order in which they are told."""
    return article_example(prices), article_today(prices), one_small_server(prices)


def _call(prices: Prices) -> float:
    return prices.requests["lambda"] / 1e6
