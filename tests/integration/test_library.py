"""Lists of records: in order, each once, whatever the page and the stretch of time; patient with a busy DynamoDB."""

from datetime import timedelta

import pytest
from support.backup import Backup
from support.fault_proxy import Fault, FaultProxy, Kind, each
from support.library import fill
from support.local_stack import root_client
from support.records import NOON, record

from photobak.client.library.library import Library
from photobak.client.library.query import Span
from photobak.client.transport.errors import refusal
from photobak.errors import CloudError, SignInNeeded
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.keys import instant_key
from photobak.photo.record import Record, Status


@pytest.fixture
def listed(backup: Backup) -> list[Record]:
    """A library of 120 records, a minute apart, the newest first."""
    identity_id = backup.session().identity_id
    records = [
        record(
            str(number),
            username=identity_id,
            taken=CaptureTime(NOON - timedelta(minutes=number), TakenSource.EXIF),
            filename=f"{number}.jpg",
            **({"status": Status.TRASHED, "trashed_until": NOON} if number % 10 == 3 else {}),
        )
        for number in range(120)
    ]
    fill(root_client(backup.stack, "dynamodb"), backup.profile.table, records)
    return records


def test_each_record_comes_once_and_in_order_but_for_those_in_the_trash(backup: Backup, listed: list[Record]) -> None:
    library = Library(backup.session())
    kept = [each for each in listed if each.status is not Status.TRASHED]
    for page_size in (1000, 7):
        assert list(library.records(page_size=page_size)) == kept
        assert list(library.records(oldest_first=True, page_size=page_size)) == kept[::-1]
    assert list(library.trash()) == [each for each in listed if each.status is Status.TRASHED]


def test_a_span_has_what_lies_at_its_beginning_and_not_what_lies_at_its_end(
    backup: Backup, listed: list[Record]
) -> None:
    library = Library(backup.session())
    keys = [
        None,
        *(instant_key(each.taken.taken_at) for each in (listed[-1], listed[60], listed[0])),
        listed[60].timestamp,
    ]
    for span in (Span(since, until) for since in keys for until in keys):
        wanted = [each for each in listed if span.holds(each.timestamp) and each.status is not Status.TRASHED]
        assert list(library.records(span)) == wanted, span


def test_a_screen_takes_one_page_and_a_busy_or_broken_line_some_patience(
    backup: Backup, listed: list[Record], proxy: FaultProxy
) -> None:
    found = backup.run("ls", "--limit", "50", **proxy.environment)
    assert len(found.stdout.splitlines()) == 50
    assert proxy.seen[Kind.QUERY] == 2  # five of the first fifty are in the trash
    for fault in (Fault.THROTTLED, Fault.SERVER_ERROR, Fault.DROP, Fault.CUT_ANSWER):
        proxy.seen.clear()
        proxy.decide = each(Kind.QUERY, fault, first=2)
        again = backup.run("ls", "--limit", "50", **proxy.environment)
        assert (again.returncode, again.stdout) == (0, found.stdout), fault
        assert proxy.done[fault] == 2
    proxy.decide = each(Kind.QUERY, Fault.THROTTLED)
    busy = backup.run("ls", **proxy.environment)
    assert busy.returncode == 1
    assert busy.stderr == (
        "photobak: the list of photos can't be read: ProvisionedThroughputExceededException: slower. Try again later\n"
    )


@pytest.mark.parametrize("code", ["ExpiredTokenException", "UnrecognizedClientException"])
def test_credentials_that_are_not_accepted_ask_for_a_sign_in(code: str) -> None:
    error = refusal("the list can't be read", code, "The security token is expired", None)
    assert isinstance(error, SignInNeeded)
    assert "photobak login" in str(error)


def test_what_aws_says_obeys_no_terminal() -> None:
    error = refusal("the list can't be read", "AccessDenied", "not \x1b[2J yours", None)
    assert isinstance(error, CloudError)
    assert "\x1b" not in str(error)
