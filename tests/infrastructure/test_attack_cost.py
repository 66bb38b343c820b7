"""The most that strangers can cost their target in a day, from the template's throttling and the prices of ``cost``.

docs/security.md has the same table: what changes here has to change there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest
from support.template import resources_of, template

from photobak.cli.commands import deploy
from photobak.gallery.site import Settings, Site
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


@dataclass(frozen=True)
class Row:
    """One line of the table in docs/security.md."""

    calls: str
    routes: int
    rate: int
    """Requests a second to all of them, at most."""
    dollars: float

    def __str__(self) -> str:
        return f"| {self.calls} | {self.routes} | {self.rate:,} | {self.dollars:.2f} |"


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


def largest_file() -> int:
    settings = Settings("client", "issuer", "https://sign-in", "https://cognito", "wss://live", 1)
    site = Site(settings, ("https://bucket",))
    paths = ["", *(f"static/{site.version}/{name}" for name in site.names)]
    return max(len(site.answer(path, {}).body) for path in paths)


def dollars_a_request(function: str, answer_bytes: int) -> float:
    """For a request that reaches a function."""
    gigabytes = template()["Resources"][function]["Properties"]["MemorySize"] / 1024
    return (
        (PRICES.requests["http_api"] + PRICES.requests["lambda"]) / 1e6
        + SECONDS[function] * gigabytes * PRICES.lambda_["gb_second_arm64"]
        + WRITE_UNITS[function] * PRICES.requests["dynamodb_write"] / 1e6
        + (LINE_BYTES + FUNCTION_LINES_BYTES) / GB * PRICES.logs["ingested_gb"]
        + (answer_bytes + HEADERS_BYTES) / GB * PRICES.egress["gb"]
    )


def table() -> Iterator[Row]:
    """Each kind of route that strangers reach, at its throttle for a whole day, without the free tier."""
    by_function: dict[str, list[str]] = {}
    closed = []
    for key, route in routes_of("HttpApi"):
        if "AuthorizationType" in route:
            closed.append(key)
        else:
            by_function.setdefault(function_of(route), []).append(key)
    said = {"PageFunction": "the gallery's page and files", "DeviceFunction": "the device grant"}
    assert by_function.keys() == said.keys()
    for function, keys in by_function.items():
        rate = sum(rate_of("HttpApiStage", key) for key in keys)
        yield Row(said[function], len(keys), rate, rate * DAY * dollars_a_request(function, largest_file()))
    rate = sum(rate_of("HttpApiStage", key) for key in closed)
    logged = LINE_BYTES / GB * PRICES.logs["ingested_gb"]  # API Gateway charges nothing for what it refuses
    yield Row("routes that need a sign-in, without one", len(closed), rate, rate * DAY * logged)
    rate = rate_of("WebSocketStage", "$connect")
    yield Row("the live service, without a ticket", 1, rate, rate * DAY * dollars_a_request("LiveFunction", 0))


def test_the_document_has_these_figures() -> None:
    rows = sorted(table(), key=lambda row: -row.dollars)
    text = SECURITY.read_text(encoding="utf-8")
    for row in rows:
        assert str(row) in text, f"docs/security.md needs the line: {row}"
    total = f"**{sum(row.dollars for row in rows):.0f} dollars a day**"
    assert total in text, f"docs/security.md needs: {total}"


def test_a_day_of_attack_costs_no_fortune() -> None:
    assert sum(row.dollars for row in table()) < 50


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
