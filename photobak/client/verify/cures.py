"""What repairs each kind of problem that ``verify`` finds: one table, so that none is left without advice."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from photobak.client.verify.judge import Problem, ProblemKind
from photobak.photo.identity import short_id


@dataclass(frozen=True, slots=True)
class Cure:
    """How to repair one problem."""

    command: str
    """To be typed; ``{path}`` and ``{id}`` stand for the problem's."""
    first: str = ""
    """What to do before."""

    def __str__(self) -> str:
        """For people, in the middle of a sentence."""
        return f"{self.first} run: {self.command}".lstrip()


_REPAIR: Final = Cure("photobak repair")
CURES: Final[Mapping[ProblemKind, Cure]] = {
    # The index may take a lost content for safe; --recheck asks for it.
    ProblemKind.NOT_BACKED_UP: Cure("photobak sync --recheck {path}"),
    ProblemKind.CHANGED: Cure("photobak sync {path}"),
    ProblemKind.DAMAGED: Cure("photobak get {id} --to recovered"),
    ProblemKind.UNREADABLE: Cure("photobak sync {path}", first="make it readable, then"),
    ProblemKind.DELETED: Cure("photobak trash restore {id}"),
    ProblemKind.MISSING_RECORD: _REPAIR,
    ProblemKind.WRONG_RECORD: _REPAIR,
    ProblemKind.MISSING_OBJECT: _REPAIR,
    ProblemKind.WRONG_SIZE: _REPAIR,
    ProblemKind.BAD_BYTES: Cure("photobak repair --read-data"),
    ProblemKind.MISSING_PREVIEW: _REPAIR,
    ProblemKind.ORPHAN: _REPAIR,
    ProblemKind.FOREIGN: Cure(
        'aws s3api delete-object --bucket "$(photobak status --json | jq -r .bucket)" --key {path}',
        first="as the owner of the AWS account,",
    ),
}


def cure_of(problem: Problem) -> Cure:
    """How to repair this problem."""
    cure = CURES[problem.kind]
    photo, path = short_id(problem.sha256 or ""), shlex.quote(str(problem.path or ""))
    return Cure(cure.command.format(path=path, id=photo), cure.first)
