"""What ``deploy`` says of a bundle without bytecode."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from photobak.cli.commands import deploy
from photobak.stack import bundle
from photobak.stack.bundle import Bundle


@pytest.mark.parametrize(("compiled", "lines"), [(True, 0), (False, 1)])
def test_functions_that_will_start_slowly_are_told_of_with_what_to_do(
    compiled: bool, lines: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    context: Any = SimpleNamespace(quiet=True, places=SimpleNamespace(cache=tmp_path))
    aws: Any = SimpleNamespace(endpoint_url=None)
    monkeypatch.setattr(bundle, "build_whole_bundle", lambda *_: Bundle.of(b"zip", compiled=compiled))
    assert deploy._bundle(context, aws).compiled is compiled
    said = capsys.readouterr().err.splitlines()
    assert len(said) == lines
    assert all("start more slowly" in line and "uv python install 3.13" in line for line in said)
