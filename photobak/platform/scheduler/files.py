"""The schedulers' files: read, and replaced in one step."""

from pathlib import Path

from photobak.errors import ScheduleError, reason_of


def read_file(path: Path) -> str:
    """The text of a file, empty if there is none; ScheduleError if it cannot be read."""
    try:
        return path.read_text("utf-8", "surrogateescape")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ScheduleError(f"{path} cannot be read", why=reason_of(error)) from error


def write_file(path: Path, text: str) -> None:
    """Write a file that only its owner can read, since a path may be private; ScheduleError if that fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.new")
        temporary.unlink(missing_ok=True)
        temporary.touch(0o600, exist_ok=False)
        temporary.write_text(text, "utf-8", "surrogateescape")
        temporary.replace(path)
    except OSError as error:
        raise ScheduleError(f"{path} cannot be written", why=reason_of(error)) from error
