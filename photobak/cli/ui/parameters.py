"""The template parameters of a deployment: given as NAME=VALUE, secret ones by a file or standard input."""

import sys
from pathlib import Path
from typing import Any, Final

import click

from photobak.errors import WrongUsage, reason_of

_LONGEST_SECRET: Final = 4096
"""Bytes; the longest value that CloudFormation takes."""
_HIDDEN: Final = ("Environment", "LocalEndpoint", "CodeBucket", "CodeKey", "VideoLayerKey")
"""Set by ``deploy`` itself."""


def given_parameters(pairs: tuple[str, ...], secret_files: tuple[str, ...]) -> dict[str, str]:
    """Parse the options.

    Args:
        pairs: NAME=VALUE.
        secret_files: NAME=FILE; ``-`` for standard input.

    Raises:
        WrongUsage: there is no such parameter, a secret is on the command line, or its file can't be read.
    """
    known = _declared()
    given, files = _split(pairs, "--parameter", known), _split(secret_files, "--secret-file", known)
    secrets = {name for name, parameter in known.items() if parameter.get("NoEcho")}
    for name in secrets & {name for name, value in given.items() if value}:
        why = "it is a secret, and every program on this machine can read command lines"
        raise WrongUsage(f"{name} is not taken from the command line", why=why, next_step=_use_a_file(name))
    for name in set(files) - secrets:
        raise WrongUsage(f"{name} is no secret", next_step=f"Pass --parameter {name}=VALUE")
    return {**given, **{name: _read_secret(name, file) for name, file in files.items()}}


def list_parameters() -> None:
    """Print each parameter with its default and description."""
    for name, parameter in _declared().items():
        if name not in _HIDDEN:
            default = parameter.get("Default", "")
            click.echo(f"{name:24} {default!s:12} {' '.join(parameter.get('Description', '').split())}")


def _declared() -> dict[str, dict[str, Any]]:
    from photobak.stack.template import read_template, template_text

    declared: dict[str, dict[str, Any]] = read_template(template_text())["Parameters"]
    return declared


def _split(pairs: tuple[str, ...], option: str, known: dict[str, dict[str, Any]]) -> dict[str, str]:
    given = dict(pair.partition("=")[::2] for pair in pairs)
    unknown = sorted(set(given) - set(known))
    if unknown or not all("=" in pair for pair in pairs):
        why = f"unknown: {', '.join(unknown)}" if unknown else "the format is NAME=VALUE"
        raise WrongUsage(f"invalid {option}", why=why, next_step="List them with: photobak deploy --parameters")
    return given


def _read_secret(name: str, file: str) -> str:
    """The secret in a file, without the line break at its end."""
    try:
        if file == "-":
            content = sys.stdin.buffer.read(_LONGEST_SECRET + 1)
        else:
            with Path(file).open("rb") as stream:
                content = stream.read(_LONGEST_SECRET + 1)
    except OSError as error:
        raise WrongUsage(f"the secret {name} can't be read from {file}", why=reason_of(error)) from error
    secret = content.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
    if not secret or len(content) > _LONGEST_SECRET or not secret.isprintable():
        why = "it must be one line of printable text, at most 4096 bytes long"
        raise WrongUsage(f"what {'standard input' if file == '-' else file} holds is no secret for {name}", why=why)
    return secret


def _use_a_file(name: str) -> str:
    return f"Pass --secret-file {name}=FILE, or --secret-file {name}=- to read standard input"
