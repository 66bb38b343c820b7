"""The most that strangers can cost in a day, from the template's throttling and the prices of ``photobak cost``.

The table in docs/security.md gives upper limits; this test holds them to be true, and no more than twice the truth.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest
from support.template import resources_of, template

from photobak.cli.commands import deploy
from photobak.stack.cost.prices import load_prices

SECURITY: Final = Path(__file__).parents[2] / "docs" / "security.md"
PRICES: Final = load_prices()
DAY: Final = 86_400
GB: Final = 2**30

# What one request of a stranger makes a function do, rounded up generously.
SECONDS: Final = {"PageFunction": 0.02, "DeviceFunction": 0.4, "LiveFunction": 0.1}
"""Of Lambda; a device code costs one scrypt hash, with a third of a processor."""
WRITE_UNITS: Final = {"PageFunction": 0, "DeviceFunction": 5, "LiveFunction": 1}
"""Of DynamoDB; a device code costs a count, and a transaction of two items."""
LINE_BYTES: Final = 300
"""One line of an access log, and CloudWatch's 26 bytes for it."""
FUNCTION_LINES_BYTES: Final = 700
"""What Lambda and the function write to their log."""
HEADERS_BYTES: Final = 2000


ANSWER_BYTES: Final = {"PageFunction": 320_000, "DeviceFunction": 10_000, "LiveFunction": 0}
"""Of the gallery all its files together, in case they are one."""


@dataclass(frozen=True)
class Kind:
    """Routes of one kind, called as often as API Gateway lets them through."""

    rate: int
    """Requests a second to all of them."""
    dollars: float
    """In a day."""


def stage(name: str) -> Any:
    return template()["Resources"][name]["Properties"]


def rate_of(name: str, route: str) -> int:
    """Requests a second that API Gateway lets through."""
    settings = stage(name).get("RouteSettings", {}).get(route, stage(name)["DefaultRouteSettings"])
    return int(settings["ThrottlingRateLimit"])


def routes_of(api: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for route in resources_of("AWS::ApiGatewayV2::Route").values():
        if route["Properties"]["ApiId"] == {"Ref": api}:
            yield route["Properties"]["RouteKey"], route["Properties"]


def function_of(route: dict[str, Any]) -> str:
    integration = route["Target"]["Fn::Sub"].removeprefix("integrations/${").removesuffix("}")
    uri = template()["Resources"][integration]["Properties"]["IntegrationUri"]
    return str(uri["Fn::GetAtt"][0])


def dollars_a_request(function: str) -> float:
    """For a request that reaches a function."""
    gigabytes = template()["Resources"][function]["Properties"]["MemorySize"] / 1024
    return (
        (PRICES.requests["http_api"] + PRICES.requests["lambda"]) / 1e6
        + SECONDS[function] * gigabytes * PRICES.lambda_["gb_second_arm64"]
        + WRITE_UNITS[function] * PRICES.requests["dynamodb_write"] / 1e6
        + (LINE_BYTES + FUNCTION_LINES_BYTES) / GB * PRICES.logs["ingested_gb"]
        + (ANSWER_BYTES[function] + HEADERS_BYTES) / GB * PRICES.egress["gb"]
    )


def kinds() -> dict[str, Kind]:
    """What strangers can call, by its name in docs/security.md; without the free tier."""
    rates: Counter[str] = Counter()
    for key, route in routes_of("HttpApi"):
        caller = "refused" if "AuthorizationType" in route else function_of(route)
        rates[caller] += rate_of("HttpApiStage", key)
    rates["LiveFunction"] = rate_of("WebSocketStage", "$connect")
    refused = LINE_BYTES / GB * PRICES.logs["ingested_gb"]  # API Gateway charges nothing for what it refuses itself
    names = {
        "the gallery's page and files": "PageFunction",
        "the device grant": "DeviceFunction",
        "the live service, without a ticket": "LiveFunction",
        "all other routes, without a sign-in": "refused",
    }
    assert rates.keys() == set(names.values())
    each = {name: refused if kind == "refused" else dollars_a_request(kind) for name, kind in names.items()}
    return {name: Kind(rates[kind], rates[kind] * DAY * each[name]) for name, kind in names.items()}


def documented() -> dict[str, Kind]:
    """The table of docs/security.md."""
    section = SECURITY.read_text(encoding="utf-8").partition("## What strangers can cost")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| ([\d,]+) \| ([\d.]+) \|$", section, re.MULTILINE)
    return {name: Kind(int(rate.replace(",", "")), float(dollars)) for name, rate, dollars in rows}


def test_the_documents_figures_are_upper_limits_and_not_far_from_the_truth() -> None:
    said, true = documented(), kinds()
    assert said.pop("together") == Kind(sum(kind.rate for kind in said.values()), sum(k.dollars for k in said.values()))
    assert said.keys() == true.keys()
    for name, kind in true.items():
        assert kind.rate <= said[name].rate <= 2 * kind.rate, (name, kind)
        assert kind.dollars <= said[name].dollars <= 2 * kind.dollars, (name, kind)


def test_the_gallery_is_no_larger_than_is_reckoned_with() -> None:
    folder = resources.files("photobak.gallery").joinpath("static")
    with resources.as_file(folder) as path:
        files = [each for each in path.rglob("*") if each.suffix in (".js", ".css", ".html", ".svg", ".png")]
        assert sum(each.stat().st_size for each in files) <= ANSWER_BYTES["PageFunction"]


def test_a_new_stack_has_an_alarm_and_a_budget_that_nobody_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photobak.stack.progress.stack_of", lambda *_: None)
    monkeypatch.setattr("photobak.stack.progress.is_new", lambda _: True)
    monkeypatch.setattr("photobak.stack.preflight.upload_concurrency", lambda _: 10)
    monkeypatch.setattr("photobak.stack.preflight.device_concurrency", lambda _: 5)
    context: Any = SimpleNamespace(quiet=True)
    target: Any = SimpleNamespace(endpoint_url=None)
    given = deploy._first_parameters(context, target, "photobak", "me@example.com")
    assert given["AlarmEmail"] == "me@example.com"
    assert template()["Parameters"]["MonthlyBudget"]["Default"] == 10
    assert template()["Resources"]["Budget"]["Condition"] == "WithAlarms"
    for alarm in resources_of("AWS::CloudWatch::Alarm").values():
        assert alarm["Condition"] == "WithAlarms"
