"""What ``rm`` and ``trash restore`` say: what was done is said, whatever ends it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from support.records import record

from photobak.cli.ui.context import Context
from photobak.cli.ui.outcomes import tell_moves
from photobak.client.library.trash import Moved
from photobak.errors import CloudError

UNTIL = datetime(2026, 12, 24, 12, tzinfo=UTC)


def cut_off() -> Iterator[Moved]:
    yield Moved(record("a"), trashed_until=UNTIL)
    yield Moved(record("b", filename="b\x1b[2J.jpg"), failure="the cloud doesn't have it any more")
    raise CloudError("the cloud can't be reached")


def test_what_was_done_before_an_error_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CloudError):
        tell_moves(Context(profile=None, verbosity=0), cut_off(), as_json=False)
    said = capsys.readouterr()
    assert said.out == ""
    assert "Moved 1 photo to the trash, until 2026-12-24" in said.err
    assert "doesn't have it" in said.err
    assert "\x1b" not in said.err


def test_json_ends_with_a_summary_even_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CloudError):
        tell_moves(Context(profile=None, verbosity=0), cut_off(), as_json=True)
    *lines, summary = map(json.loads, capsys.readouterr().out.splitlines())
    assert [line["result"] for line in lines] == ["trashed", "failed"]
    assert summary == {"type": "summary", "trashed": 1, "restored": 0, "failed": 1}


def test_photos_of_several_deletions_are_promised_until_the_first_goes(capsys: pytest.CaptureFixture[str]) -> None:
    later = Moved(record("a"), trashed_until=UNTIL.replace(day=30))
    assert tell_moves(Context(profile=None, verbosity=0), [later, Moved(record("b"), trashed_until=UNTIL)], False) == 0
    assert "Moved 2 photos to the trash, until 2026-12-24" in capsys.readouterr().err
