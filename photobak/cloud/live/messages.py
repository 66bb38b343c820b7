"""Parses a client's messages into typed models; the error for a malformed one names the field."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, TypeAdapter, ValidationError, field_validator
from pydantic_core import from_json

from photobak.errors import PhotobakError
from photobak.photo.topic import LARGEST_MESSAGE, size, topic_problem

_MAX_ID = 64


class Refused(PhotobakError):
    """A message that is refused.

    Attributes:
        field: the malformed field; None if the message as a whole is malformed.
        detail: the reason, for a person.
        id: the message's own id, if it could be read.
    """

    def __init__(self, field: str | None, detail: str, message_id: str | None = None) -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail
        self.id = message_id


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    topic: str
    id: Annotated[str | None, Field(max_length=_MAX_ID)] = None
    """Chosen by the sender; the answer repeats it."""

    @field_validator("topic")
    @classmethod
    def _can_be_a_topic(cls, topic: str) -> str:
        if problem := topic_problem(topic):
            raise ValueError(problem)
        return topic


class Subscribe(_Message):
    """Subscribe to a topic."""

    type: Literal["subscribe"]
    after: Annotated[str | None, Field(pattern=r"^(\d{40})?$")] = None
    """Send first what came after this sequence."""


class Unsubscribe(_Message):
    """Unsubscribe from a topic."""

    type: Literal["unsubscribe"]


class Publish(_Message):
    """Publish a message to a topic."""

    type: Literal["message"]
    message: Any


_MESSAGE: TypeAdapter[Subscribe | Unsubscribe | Publish] = TypeAdapter(
    Annotated[Subscribe | Unsubscribe | Publish, Discriminator("type")]
)


def parse(text: str) -> Subscribe | Unsubscribe | Publish:
    """Parse a message.

    Raises:
        Refused: it is malformed.
    """
    if size(text) > LARGEST_MESSAGE:
        raise Refused(None, f"a message has at most {LARGEST_MESSAGE} bytes, this one has {size(text)}")
    try:
        found = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise Refused(None, f"this is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise Refused(None, "a message is a JSON object")
    try:
        return _MESSAGE.validate_python(found)
    except ValidationError as error:
        raise _refusal(error, found) from None


def _refusal(error: ValidationError, message: dict[str, Any]) -> Refused:
    """The first malformed field, and why; its value is not repeated."""
    message_id = message.get("id")
    message_id = message_id if isinstance(message_id, str) and len(message_id) <= _MAX_ID else None
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if not first["loc"]:  # the discriminator is missing or unknown
        return Refused("type", "should be subscribe, unsubscribe or message", message_id)
    _type, *path = first["loc"]
    return Refused(".".join(str(part) for part in path), first["msg"].removeprefix("Value error, "), message_id)
