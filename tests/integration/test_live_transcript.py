"""The transcript of docs/live.md: what it says is said, and what it hears is heard."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from support.api import new_member
from support.live import Connection, changes_table, connection_of, keep, record_of
from support.local_stack import eventually

from photobak.local.values import LocalStack

PAGE = Path(__file__).parents[2] / "docs" / "live.md"
_PHOTOS = 4  # one before the transcript, and three in it
_SEQUENCE = re.compile(r"\d{40}")


def transcript() -> list[str]:
    (text,) = re.findall(r"^## A transcript\n.*?^```text\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return str(text).splitlines()


class Places:
    """The sequences of the page, and those that are heard in their stead."""

    def __init__(self) -> None:
        self._heard: dict[str, str] = {}

    def said(self, line: str) -> str:
        """The line with the sequences that were heard."""
        return _SEQUENCE.sub(lambda match: self._heard[match[0]], line)

    def require(self, line: str, heard: str) -> None:
        """It is this line: three dots stand for anything, a sequence for any, and always for the same one."""
        written = _SEQUENCE.findall(line)
        pattern = re.escape(_SEQUENCE.sub("\0", line)).replace("…", ".*").replace(re.escape("\0"), r"(\d{40})")
        match = re.fullmatch(pattern, heard)
        assert match, f"{heard}\nis not\n{line}"
        for place, found in zip(written, match.groups(), strict=True):
            assert self._heard.setdefault(place, found) == found
        assert sorted(self._heard.values()) == [self._heard[place] for place in sorted(self._heard)]


def test_the_transcript_is_what_happens(local_stack: LocalStack) -> None:
    ann, places = new_member(local_stack), Places()
    known = f"95ec880ca746{'0' * 52}"

    def lines(stack: ExitStack) -> Iterator[tuple[Connection, str]]:
        """Each line that is said or heard, on the connection that is open then; what stands between is done."""
        connection = stack.enter_context(connection_of(ann))
        for line in transcript():
            match line.strip():
                case "(a photo is stored)":
                    keep(ann, record_of(ann, sha256=known, filename="IMG_2041.HEIC"))
                case "(the line is lost; two photos are stored; the line comes back)":
                    connection.socket.close()
                    for _ in range(2):
                        keep(ann, record_of(ann))
                    eventually(lambda: len(changes_table(local_stack).after(ann.identity_id, "", 9)) == _PHOTOS)
                    connection = stack.enter_context(connection_of(ann))
                case said_or_heard:
                    yield connection, said_or_heard

    keep(ann, record_of(ann))  # so that the first place is one
    eventually(lambda: changes_table(local_stack).newest(ann.identity_id))
    with ExitStack() as stack, connection_of(ann) as other:
        other.subscribe("general")
        for connection, line in lines(stack):
            if line.startswith("> "):
                connection.socket.send(places.said(line[2:]))
            else:
                places.require(line, f"< {connection.socket.recv(timeout=30)}")
