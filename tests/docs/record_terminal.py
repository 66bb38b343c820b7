"""Record what a command looks like on a terminal, as an SVG for the README.

Usage: python tests/docs/record_terminal.py OUTPUT.svg COMMAND [ARG ...]
"""

import os
import pty
import re
import subprocess
import sys
import termios
from pathlib import Path

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

COLUMNS, LINES = 100, 60
APPLICATION_COMMAND = re.compile(rb"\x1b_.*?\x1b\\", re.DOTALL)
"""Questions to the terminal that an emulator without graphics would print."""


def record(command: list[str]) -> pyte.Screen:
    """Run a command on a terminal of its own and return what stands on it at the end."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (LINES, COLUMNS))
    environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    output = bytearray()
    try:
        while chunk := os.read(ours, 65536):
            output += chunk
    except OSError:  # how Linux says that nobody holds the other end any more
        pass
    stream.feed(APPLICATION_COMMAND.sub(b"", bytes(output)))
    if process.wait():
        sys.exit("\n".join(screen.display).rstrip())
    return screen


def as_text(screen: pyte.Screen) -> list[Text]:
    """Turn the screen's lines into rich's, colours included; empty lines at the end are left out."""
    lines = []
    for number in range(LINES):
        line = Text()
        for column in range(COLUMNS):
            char = screen.buffer[number][column]
            line.append(char.data, Style(color=_colour(char.fg), bgcolor=_colour(char.bg), bold=char.bold))
        line.rstrip()
        lines.append(line)
    while lines and not lines[-1].plain:
        lines.pop()
    return lines


def _colour(name: str) -> str | None:
    if name == "default":
        return None
    return f"#{name}" if len(name) == 6 and set(name) <= set("0123456789abcdef") else name.replace("bright", "bright_")


if __name__ == "__main__":
    output, *command = sys.argv[1:]
    console = Console(record=True, width=COLUMNS, file=Path(os.devnull).open("w"))  # noqa: SIM115
    console.print(Text("$ ", "green") + Text(f"{Path(command[0]).name} {' '.join(command[1:])}"))
    for line in as_text(record(command)):
        console.print(line)
    Path(output).write_text(console.export_svg(title="photobak", unique_id="photobak"), encoding="utf-8")
