"""DynamoDB, asked over plain HTTP.

To make a client of botocore's takes several times as long as to read a page of records, and lists are what people wait
for (``python -m tests.bench.listing``).
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeAlias, TypeVar

from photobak.client.transport.answer import Answer, Fields
from photobak.client.transport.curl import Credentials, Request, Signature
from photobak.client.transport.errors import NoAnswer, printable, refusal, unreachable
from photobak.client.transport.http import read
from photobak.client.transport.retry import SMALL_REQUESTS, TryAgain, transient
from photobak.errors import CloudError

T = TypeVar("T")

Item: TypeAlias = Mapping[str, Any]
"""By attribute: its value, as DynamoDB's API reference has it."""

_VERSION: Final = "DynamoDB_20120810"
_MAX_ANSWER: Final = 64 << 20
"""Bytes: BatchGetItem gives 16 MB of items at most, and JSON is longer than they are."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a query."""

    items: tuple[Item, ...]
    count: int
    next_key: Item | None
    """Where the next page begins; None on the last one."""


class DynamoDb:
    """DynamoDB in one region, asked what changes nothing, and so again where need be. Threads may share it."""

    def __init__(self, region: str, endpoint_url: str | None, credentials: Callable[[], Credentials]) -> None:
        """Ask nothing yet.

        Args:
            region: where the tables are.
            endpoint_url: where DynamoDB is; None for AWS itself.
            credentials: gives some that are good for some minutes more.
        """
        self._region = region
        self._url = f"{endpoint_url or f'https://dynamodb.{region}.amazonaws.com'}/"
        self._credentials = credentials

    def query(self, request: Mapping[str, Any], *, what: str) -> Page:
        """One page of a Query.

        Args:
            request: as DynamoDB's API reference has it.
            what: what can't be done where it is refused, for a person.

        Raises:
            CloudError: DynamoDB can't be reached, refuses, or gives an answer that can't be used.
            SignInNeeded: the credentials are not accepted any more.
        """
        found = self._run(lambda: self._ask("Query", request, what), what)
        items = tuple(item.raw for item in found.objects("Items"))
        key = found.object_or_none("LastEvaluatedKey")
        return Page(items, found.integer("Count", len(items)), key.raw if key else None)

    def batch_get(self, table: str, wanted: Mapping[str, Any], *, what: str) -> list[Item]:
        """Items of one table by their keys, in no order; those that are not there are left out.

        What DynamoDB leaves for later, since it is throttled or the answer would be too large, is asked for after a
        pause, and longer ones where nothing comes.

        Args:
            table: its name.
            wanted: ``Keys`` and so on, as the API reference has it.
            what: as of ``query``; it raises the same.
        """
        found: list[Item] = []
        left: Mapping[str, Any] = {table: wanted}

        def ask_for_what_is_left() -> None:
            nonlocal left
            answer = self._ask("BatchGetItem", {"RequestItems": left}, what)
            items = [item.raw for item in answer.object("Responses").objects(table)]
            found.extend(items)
            rest = answer.object_or_none("UnprocessedKeys")
            if rest is not None and rest.raw:
                left = rest.raw
                raise TryAgain("DynamoDB leaves some photos for later", throttled=True, progressed=bool(items))

        self._run(ask_for_what_is_left, what)
        return found

    def _run(self, step: Callable[[], T], what: str) -> T:
        try:
            return SMALL_REQUESTS.run(step)
        except NoAnswer as error:
            raise unreachable(self._url, error) from None
        except TryAgain as failure:
            raise CloudError(what, why=printable(failure), next_step="Try again later") from failure

    def _ask(self, operation: str, request: Mapping[str, Any], what: str) -> Fields:
        """Ask once."""
        headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"{_VERSION}.{operation}"}
        signature = Signature(self._credentials(), "dynamodb", self._region)
        answer = read(Request("POST", self._url, headers, json.dumps(request).encode(), signature), _MAX_ANSWER)
        if answer.status == HTTPStatus.OK:
            return answer.json()
        code, message = _problem(answer)
        raise transient(answer.status, code, message) or refusal(what, code, message, answer.headers.text("Date"))


def _problem(answer: Answer) -> tuple[str, str]:
    """DynamoDB's name of what is wrong, without its namespace, and its words."""
    try:
        found = answer.json().raw
    except CloudError:
        return f"HTTP {answer.status}", ""
    code = str(found.get("__type") or f"HTTP {answer.status}").rpartition("#")[2]
    return code, str(found.get("message") or found.get("Message") or "")
