"""Asks S3 small questions over plain HTTP, as ``dynamodb`` asks DynamoDB.

To make a client of botocore's takes longer than the listings of a small library (``python -m tests.bench.verify``).
Originals come another way (``download``).
https://docs.aws.amazon.com/AmazonS3/latest/API/
"""

import re
from collections.abc import Mapping
from email.message import Message
from http import HTTPStatus
from typing import Final

from photobak.client.account.session import Session
from photobak.client.transport.aws_errors import refusal
from photobak.client.transport.bucket import SessionBucket, signed
from photobak.client.transport.http import Answer, ask_signed
from photobak.errors import PhotobakError

_MAX_ANSWER: Final = 16 << 20
"""Bytes: a listing has up to a thousand keys, whose 1,024 bytes may be three times as many once they are encoded."""
_SAID: Final = re.compile(rb"<Code>(\w+)</Code>\s*(?:<Message>([^<]*)</Message>)?")
"""An error (S3 API reference, "Error responses")."""
_NOTHING: Final[Mapping[str, str]] = {}


class S3:
    """The photo bucket in the name of the signed-in person. Threads may share it."""

    def __init__(self, session: Session) -> None:
        self._bucket = SessionBucket(session)

    def listing(self, query: Mapping[str, str], *, what: str) -> bytes:
        """One page of the bucket's listing, as XML (ListObjectsV2).

        Args:
            query: ``prefix`` and so on, as the API reference has it.
            what: what can't be done where it is refused, for a person.

        Raises:
            CloudError: S3 can't be reached, or refuses.
            SignInNeeded: the credentials are not accepted any more.
        """
        answer = self._ask("GET", "", {"list-type": "2", **query})
        if answer.status != HTTPStatus.OK:
            raise _refusal(what, answer)
        return answer.body

    def head(self, key: str, *, what: str) -> Message | None:
        """What is said of an object, as headers; None where there is none. Raises as ``listing``."""
        answer = self._found("HEAD", key, what)
        return answer.headers if answer else None

    def get(self, key: str, *, what: str) -> bytes | None:
        """A small object; None where there is none. Raises as ``listing``."""
        answer = self._found("GET", key, what)
        return answer.body if answer else None

    def _found(self, method: str, key: str, what: str) -> Answer | None:
        answer = self._ask(method, key)
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        if answer.status != HTTPStatus.OK:
            raise _refusal(what, answer)
        return answer

    def _ask(self, method: str, key: str, query: Mapping[str, str] = _NOTHING) -> Answer:
        url, headers = signed(self._bucket, method, key, {}, query)
        return ask_signed(method, url, headers, most=_MAX_ANSWER)


def _refusal(what: str, answer: Answer) -> PhotobakError:
    """The error to raise; an answer to a HEAD request has no words for it."""
    said = _SAID.search(answer.body)
    code, message = (part.decode("utf-8", "replace") for part in said.groups(b"")) if said else ("", "")
    return refusal(what, code or f"HTTP {answer.status}", message, answer.headers.get("Date"))
