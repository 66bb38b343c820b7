"""Attacks that one defence stops, to be tried twice: against photobak as it is, and with that defence switched off.

The second try must succeed. So it is the defence that stops the attack, and not a mistake in the attack. The table in
docs/security.md lists them (``tests/unit/test_security_doc.py``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Attempt: TypeAlias = Callable[[Path], bool]
"""Tries an attack with an empty folder at hand; says whether the attacker gets what they want."""


@dataclass(frozen=True)
class Attack:
    """An attack, and how its defence is switched off."""

    attempt: Attempt
    target: Any
    name: str
    without: object

    def open(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Switch the defence off."""
        if isinstance(self.target, dict):
            monkeypatch.setitem(self.target, self.name, self.without)
        else:
            monkeypatch.setattr(self.target, self.name, self.without)


class Attacks(dict[str, Attack]):
    """The attacks of a test module, by name."""

    def on(self, target: Any, name: str, *, without: object) -> Callable[[Attempt], Attempt]:
        """Register an attack.

        Args:
            target: has the defence as an attribute, or a dictionary that has it as a value.
            name: of the attribute or key.
            without: what is there when the defence is off.
        """

        def register(attempt: Attempt) -> Attempt:
            self[attempt.__name__] = Attack(attempt, target, name, without)
            return attempt

        return register
