"""Many deletions or new dates need the person: a sign-in of the last minutes, not only a token (RFC 9470).

A thief of tokens can refresh them, but not sign in again. The time of the sign-in is the token's ``auth_time``, but no
later than the first token of the same sign-in that was seen here: some providers move ``auth_time`` at a refresh (which
OpenID Connect Core 1.0, 12.2, forbids), and ``origin_jti`` stays.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from photobak.cloud.http.caller import Claims
from photobak.cloud.http.problem import Problem
from photobak.cloud.store.limits import LimitsTable

MAX_CHANGES_A_DAY: Final = 100
"""Deletions and new dates together that one person may make in a day (UTC) without a fresh sign-in."""
MAX_AGE: Final = timedelta(minutes=15)
"""How fresh the sign-in has to be."""

_CLOCK_TOLERANCE: Final = timedelta(minutes=1)
_MAX_CACHED: Final = 10_000


@dataclass(slots=True)
class StepUp:
    """Guards the photos of one stack against mass changes."""

    limits: LimitsTable
    clock: Callable[[], datetime]
    _seen: dict[str, datetime] = field(default_factory=dict)

    def note(self, claims: Claims) -> datetime | None:
        """Remember when a sign-in was first seen.

        Returns:
            When the caller signed in; None if the token does not tell, or tells of a time to come.
        """
        if claims.auth_time is None or claims.issued_at is None:
            return None
        if claims.auth_time > self.clock() + _CLOCK_TOLERANCE:
            return None
        if claims.origin_jti is None:
            return claims.auth_time
        if claims.origin_jti not in self._seen:
            if len(self._seen) >= _MAX_CACHED:
                self._seen.clear()
            self._seen[claims.origin_jti] = self.limits.sign_in_seen(claims.origin_jti, claims.issued_at)
        return min(claims.auth_time, self._seen[claims.origin_jti])

    def require(self, identity_id: str, claims: Claims, number: int) -> None:
        """Count changes before they are made.

        Args:
            identity_id: who makes them.
            claims: of the caller's token.
            number: how many photos they concern.

        Raises:
            Problem: they exceed a day's number, and the sign-in is not fresh (401, with RFC 9470's challenge).
        """
        now, signed_in_at = self.clock(), self.note(claims)
        is_fresh = signed_in_at is not None and now - signed_in_at <= MAX_AGE
        if not self.limits.count(identity_id, number, None if is_fresh else MAX_CHANGES_A_DAY, now):
            raise _challenge()


def _challenge() -> Problem:
    minutes = int(MAX_AGE.total_seconds()) // 60
    detail = (
        f"More than {MAX_CHANGES_A_DAY} deletions or new dates a day need a sign-in of the last {minutes} minutes. "
        "Sign in again, then repeat the command: photobak login"
    )
    challenge = (
        'Bearer error="insufficient_user_authentication", '
        f'error_description="A more recent sign-in is required", max_age={int(MAX_AGE.total_seconds())}'
    )
    extension = {"error": "insufficient_user_authentication", "max_age": int(MAX_AGE.total_seconds())}
    return Problem(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": challenge}, extension)
