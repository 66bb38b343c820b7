"""Template parameters: secrets come from files or standard input, and never from the command line."""

import io
from pathlib import Path

import pytest

from photobak.cli.ui import parameters
from photobak.cli.ui.parameters import given_parameters
from photobak.errors import WrongUsage


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text("s3cr3t=\n")
    return file


def test_a_secret_on_the_command_line_is_refused_and_not_repeated() -> None:
    with pytest.raises(WrongUsage, match="GoogleClientSecret is not taken from the command line") as refused:
        given_parameters(("GoogleClientSecret=s3cr3t",), ())
    assert "s3cr3t" not in str(refused.value)
    assert "--secret-file GoogleClientSecret=FILE" in str(refused.value)
    assert given_parameters(("GoogleClientSecret=",), ()) == {"GoogleClientSecret": ""}  # takes it away


def test_it_comes_from_a_file(secret: Path) -> None:
    given = given_parameters(("TrashDays=90",), (f"OidcClientSecret={secret}",))
    assert given == {"TrashDays": "90", "OidcClientSecret": "s3cr3t="}


def test_or_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parameters.sys, "stdin", io.TextIOWrapper(io.BytesIO(b"from a pipe\r\n")))
    assert given_parameters((), ("GoogleClientSecret=-",)) == {"GoogleClientSecret": "from a pipe"}


@pytest.mark.parametrize("content", [b"", b"\n", b"a\nb\n", b"a" * 5000, b"\x1b[2J"], ids=range(5))
def test_what_is_no_secret(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    with pytest.raises(WrongUsage, match="holds is no secret"):
        given_parameters((), (f"GoogleClientSecret={file}",))


@pytest.mark.parametrize(
    ("pairs", "files", "said"),
    [
        (("Nothing=1",), (), "unknown: Nothing"),
        (("TrashDays",), (), "the format is NAME=VALUE"),
        ((), ("Nothing=file",), "unknown: Nothing"),
        ((), ("TrashDays=file",), "TrashDays is no secret"),
        ((), ("GoogleClientSecret=/no/such/file",), "no such file"),
    ],
)
def test_what_makes_no_sense(pairs: tuple[str, ...], files: tuple[str, ...], said: str) -> None:
    with pytest.raises(WrongUsage, match=said):
        given_parameters(pairs, files)
