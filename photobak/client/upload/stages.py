"""The stages that backups and imports share: gather → announce → send → confirm, from candidates to conclusions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from photobak.client.account.session import Session
from photobak.client.concurrency import Channel, Pipeline, Report
from photobak.client.files.candidate import Candidate
from photobak.client.upload.announce import Announcer, batches
from photobak.client.upload.change_feed import ChangeFeed
from photobak.client.upload.confirm import Confirmer, leave_unconfirmed
from photobak.client.upload.content import Announced, Content, StatusReader, Uploaded, Wanted
from photobak.client.upload.ledger import Ledger
from photobak.client.upload.limiter import ConcurrencyLimiter
from photobak.client.upload.post import RateLimit
from photobak.client.upload.send import InFlight, Sender
from photobak.errors import PhotobakError
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST

AHEAD: Final = 200
"""Files that may wait between two stages."""
_PROGRESS_SECONDS: Final = 0.2
"""How often the observer is told how many bytes were uploaded, while nothing else happens."""


@dataclass(frozen=True, slots=True)
class UploadOptions:
    """How to upload."""

    jobs: int
    """The most uploads at once."""
    wait: bool = True
    """Whether to wait until the cloud has confirmed what was uploaded."""
    timeout: float = 600.0
    """Seconds without any confirmation after which the rest is left to the next run."""
    bytes_per_second: float | None = None


def upload(line: Pipeline, candidates: Channel[Candidate], session: Session, options: UploadOptions) -> Sender:
    """Add the stages to a pipeline; they run until the candidates end."""
    in_flight = InFlight()
    sender = Sender(in_flight, RateLimit(options.bytes_per_second), ConcurrencyLimiter(options.jobs))
    confirmer = Confirmer(StatusReader(session), ChangeFeed(session), in_flight, options.timeout)
    contents = line.loop(_gather, candidates.gathered(), weight=_paths, most=MAX_PHOTOS_A_REQUEST, capacity=2)
    announce = Announcer(session).announce
    announced: Channel[Wanted | Uploaded] = line.stage(announce, contents, threads=2, capacity=AHEAD)
    uploaded: Channel[Uploaded] = line.stage(sender.send, announced, threads=options.jobs, capacity=AHEAD)
    line.stage(confirmer.confirm if options.wait else leave_unconfirmed, uploaded)
    return sender


def record_reports(line: Pipeline, ledger: Ledger, sender: Sender | None = None) -> None:
    """Apply all reports of a pipeline until it ends; also those that were made before it ends early."""
    try:
        while (reports := line.reports(_PROGRESS_SECONDS)) is not None:
            for report in reports:
                ledger.record(report)
            if sender is not None:
                ledger.bytes_sent(sender.bytes_sent.take())
    except (KeyboardInterrupt, PhotobakError):
        for report in line.unread_reports():
            ledger.record(report)
        raise


def _gather(candidates: Iterable[Candidate]) -> Iterator[list[Content] | Report]:
    for batch in batches(candidates):
        yield Announced(batch)
        yield batch


def _paths(content: Content) -> int:
    return len(content.candidates)
