"""``--read-data [PERCENT]``, wherever it stands on the line."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from photobak.cli.ui.options import ReadDataCommand, parse_percent, read_data_option
from photobak.errors import WrongUsage


@click.command(cls=ReadDataCommand)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@read_data_option("Read.")
@click.option("--json", "as_json", is_flag=True)
def command(paths: tuple[Path, ...], read_data: str | None, as_json: bool) -> None:
    print(",".join(map(str, paths)), parse_percent(read_data), as_json)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", " None False"),
        ("a b", "a,b None False"),
        ("--read-data", " 100.0 False"),
        ("--read-data a", "a 100.0 False"),
        ("a --read-data", "a 100.0 False"),
        ("a --read-data --json", "a 100.0 True"),
        ("--read-data 5 a", "a 5.0 False"),
        ("--read-data 0.5% a", "a 0.5 False"),
        ("--read-data=5 7", "7 5.0 False"),
        ("--read-data ./5", "5 100.0 False"),
    ],
)
def test_it_takes_a_percentage_and_nothing_else(line: str, said: str) -> None:
    done = CliRunner().invoke(command, line.split(), catch_exceptions=False)
    assert done.output == f"{said}\n"


@pytest.mark.parametrize("text", ["0", "101", "-1", "x", "", "5%%"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage):
        parse_percent(text)
