"""Repairs the timeline of the gallery: months that are not as the records say are made anew by the backend."""

import base64
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from photobak.client.account.api import call
from photobak.client.account.session import Session
from photobak.client.library.library import Library
from photobak.client.repair.judge import RepairResult
from photobak.errors import CloudError, PhotobakError
from photobak.photo.timeline import PlannedMonth, plan_months

_PAUSES: Final = (0.5, 1.0, 2.0, 4.0)
"""Seconds: the timeline follows the records within moments, and this very run may have changed some."""


@dataclass(frozen=True, slots=True)
class RepairedMonth:
    """What became of one month of the timeline."""

    month: str
    """Such as ``2024-06``."""
    result: RepairResult

    def to_json(self) -> dict[str, Any]:
        """The line of ``repair --json``."""
        return {"type": "month", "month": self.month, "result": self.result.value}


class TimelineRepair:
    """The timeline of one person."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def rehearse(self) -> Iterator[RepairedMonth]:
        """Report the months that need repair; raises as ``repair``."""
        for month in self._wrong():
            yield RepairedMonth(month, RepairResult.WOULD_REPAIR)

    def repair(self) -> Iterator[RepairedMonth]:
        """Have each wrong month made anew.

        Raises:
            CloudError: the tables can't be read, or the backend can't be asked.
            SignInNeeded: the session has ended.
        """
        for month, planned in self._wrong().items():
            content = {"month": month, "motion_videos": planned.motion_videos}
            call(self._session, "/photos/repair/timeline", content)
            yield RepairedMonth(month, RepairResult.REPAIRED)

    def _wrong(self) -> dict[str, PlannedMonth]:
        """The months that stay wrong for some seconds, with what they should be."""
        wrong = self._differing()
        for pause in _PAUSES:
            if not wrong:
                break
            time.sleep(pause)
            wrong = self._differing()
        return wrong

    def _differing(self) -> dict[str, PlannedMonth]:
        planned = plan_months(Library(self._session, _left_out).records())
        told = self._told()
        nothing = PlannedMonth()
        months = sorted(planned.keys() | told.keys(), reverse=True)
        return {
            month: planned.get(month, nothing)
            for month in months
            if planned.get(month, nothing).ratios != told.get(month, b"")
        }

    def _told(self) -> dict[str, bytes]:
        """The aspect ratios of each month, as a gallery gets them."""
        answer = call(self._session, "/timeline", None, method="GET")
        try:
            return {
                each.text("month"): base64.b64decode(each.text("ratios"), validate=True)
                for each in answer.objects("months")
            }
        except ValueError as error:
            raise CloudError("the timeline can't be read", why="its ratios are not base64") from error


def _left_out(_error: PhotobakError) -> None:
    """A record that can't be read has no place in a timeline; ``verify`` reports it."""
