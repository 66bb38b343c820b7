"""What a client may say; everything else is answered with an error that names the field."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, TypeAdapter, ValidationError, field_validator
from pydantic_core import from_json

from photobak.errors import PhotobakError
from photobak.photo.topic import LARGEST_MESSAGE, size, topic_problem

_LONGEST_ID = 64


class Refused(PhotobakError):
    """A message that can't be obeyed.

    Attributes:
        field: what is wrong with it; None where it is the message as a whole.
        detail: why, for a person.
        id: the message's own mark, as far as it could be read.
    """

    def __init__(self, field: str | None, detail: str, mark: str | None = None) -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail
        self.id = mark


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    topic: str
    id: Annotated[str | None, Field(max_length=_LONGEST_ID)] = None
    """The sender's own mark, which the answer carries too."""

    @field_validator("topic")
    @classmethod
    def _can_be_a_topic(cls, topic: str) -> str:
        if problem := topic_problem(topic):
            raise ValueError(problem)
        return topic


class Subscribe(_Message):
    """Let me hear what is said on a topic."""

    type: Literal["subscribe"]
    after: Annotated[str | None, Field(pattern=r"^(\d{40})?$")] = None
    """Tell me first what came after this place."""


class Unsubscribe(_Message):
    """Let me hear it no more."""

    type: Literal["unsubscribe"]


class Publish(_Message):
    """Say this to all who listen."""

    type: Literal["message"]
    message: Any


_MESSAGE: TypeAdapter[Subscribe | Unsubscribe | Publish] = TypeAdapter(
    Annotated[Subscribe | Unsubscribe | Publish, Discriminator("type")]
)


def parse(text: str) -> Subscribe | Unsubscribe | Publish:
    """Read a message.

    Raises:
        Refused: it is none.
    """
    if size(text) > LARGEST_MESSAGE:
        raise Refused(None, f"a message has {LARGEST_MESSAGE} bytes at most, this one has {size(text)}")
    try:
        said = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise Refused(None, f"this is not JSON: {error}") from None
    if not isinstance(said, dict):
        raise Refused(None, "a message is a JSON object")
    try:
        return _MESSAGE.validate_python(said)
    except ValidationError as error:
        raise _refusal(error, said) from None


def _refusal(error: ValidationError, said: dict[str, Any]) -> Refused:
    """The first thing that is wrong, and where; what was said is not repeated."""
    mark = said.get("id")
    mark = mark if isinstance(mark, str) and len(mark) <= _LONGEST_ID else None
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if not first["loc"]:  # the discriminator is missing, or not one of them
        return Refused("type", "it is one of subscribe, unsubscribe and message", mark)
    _type, *place = first["loc"]
    return Refused(".".join(str(part) for part in place), first["msg"].removeprefix("Value error, "), mark)
