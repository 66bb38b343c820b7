"""An HTTP answer read whole, and its JSON read field by field: what is missing or of another type is named."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self, TypeGuard
from urllib.parse import urlsplit

from photobak.client.transport.curl import Headers
from photobak.client.transport.errors import printable
from photobak.errors import CloudError

_MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. Its body may hold tokens, so ``repr`` leaves it out."""

    url: str
    """Without its query."""
    status: int
    headers: Headers
    body: bytes

    def __repr__(self) -> str:
        return f"Answer({self.url!r}, {self.status}, {len(self.body)} bytes)"

    def json(self) -> "Fields":
        """The body as a JSON object.

        Raises:
            CloudError: it is something else; a redirect or a page of HTML is said to be one.
        """
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise CloudError(f"{self.url} gave an answer that can't be read", why=self._problem())
        return Fields(found, self.url)

    def _problem(self) -> str:
        if 300 <= self.status < 400:
            host = _host_of(self.headers.text("Location")) or "another place"
            return f"HTTP {self.status}, a redirect to {host}, which is not followed"
        if self.body.lstrip()[:1] == b"<":
            return f"HTTP {self.status}, a page instead of a JSON object; a proxy may have answered"
        return f"HTTP {self.status}, no JSON object"


class Fields:
    """A JSON object from the network. Each method raises CloudError where a field is not what it has to be."""

    def __init__(self, found: Mapping[str, Any], source: str, path: str = "") -> None:
        """Read an object.

        Args:
            found: the object.
            source: who gave it, for people.
            path: where in the answer it is: "" or ``photos[3].``.
        """
        self._found = found
        self._source = source
        self._path = path

    def __contains__(self, name: str) -> bool:
        return self._found.get(name) is not None

    @property
    def raw(self) -> Mapping[str, Any]:
        """The object as it came, for those who check it themselves."""
        return self._found

    def text(self, name: str) -> str:
        """A text that isn't empty."""
        found = self._get(name)
        if not isinstance(found, str) or not found:
            raise self.wrong(name, "is no text")
        return found

    def text_or_none(self, name: str) -> str | None:
        """A text, which may be empty; None where there is none."""
        found = self._found.get(name)
        if found is not None and not isinstance(found, str):
            raise self.wrong(name, "is no text")
        return found

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number, also one that is written as 3600.0; a missing one is ``default``, where that is given."""
        found = self._found.get(name) if default is not None else self._get(name)
        if found is None and default is not None:
            return default
        if not _is_number(found) or found != found or abs(found) > 1 << 53:  # the first is so of NaN alone
            raise self.wrong(name, "is no number")
        return int(found)

    def flag(self, name: str) -> bool:
        """True or false."""
        found = self._get(name)
        if not isinstance(found, bool):
            raise self.wrong(name, "is neither true nor false")
        return found

    def time_or_none(self, name: str) -> datetime | None:
        """A time with its offset (ISO 8601); None where there is none."""
        text = self.text_or_none(name)
        if text is None:
            return None
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            time = None
        if time is None or time.tzinfo is None:
            raise self.wrong(name, "is no time")
        return time

    def object(self, name: str) -> Self:
        """An object."""
        return self._object(self._get(name), name)

    def object_or_none(self, name: str) -> Self | None:
        """An object; None where there is none."""
        found = self._found.get(name)
        return None if found is None else self._object(found, name)

    def objects(self, name: str) -> Iterator[Self]:
        """A list of objects; a list that isn't there is empty."""
        found = self._found.get(name, [])
        if not isinstance(found, list):
            raise self.wrong(name, "is no list")
        for number, each in enumerate(found):
            yield self._object(each, f"{name}[{number}]")

    def texts(self, name: str) -> dict[str, str]:
        """An object whose values are all texts."""
        fields = self.object(name)
        for key, value in fields.raw.items():
            if not isinstance(value, str):
                raise fields.wrong(printable(key, 40), "is no text")
        return dict(fields.raw)

    def wrong(self, name: str, problem: str) -> CloudError:
        """The error for a field."""
        return CloudError(f"{self._source} gave an answer that can't be used", why=f"{self._path}{name} {problem}")

    def _get(self, name: str) -> Any:
        found = self._found.get(name, _MISSING)
        if found is _MISSING or found is None:
            raise self.wrong(name, "is missing")
        return found

    def _object(self, found: Any, name: str) -> Self:
        if not isinstance(found, dict):
            raise self.wrong(name, "is no object")
        return type(self)(found, self._source, f"{self._path}{name}.")


def _host_of(url: str) -> str:
    """A URL's host, fit to be shown; empty if it has none that can be read."""
    try:
        return printable(urlsplit(url).netloc)
    except ValueError:  # such as an opening bracket alone
        return ""


def _is_number(found: object) -> TypeGuard[float]:
    return isinstance(found, int | float) and not isinstance(found, bool)
