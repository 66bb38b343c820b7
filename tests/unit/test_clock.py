"""A clock that is wrong is said to be; one that is right is never blamed."""

from email.utils import formatdate

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from photobak.client.transport.errors import aws_errors, clock_error
from photobak.errors import CloudError, PhotobakError, SignInNeeded

NOW = 1_800_000_000.0


@given(st.floats(-300, 299))
def test_a_clock_that_is_right_is_not_blamed(off: float) -> None:
    assert clock_error("no", formatdate(NOW, usegmt=True), NOW + off) is None


@pytest.mark.parametrize(
    ("off", "said"),
    [
        (-600, "10 minutes behind"),
        (3 * 3600, "3 hours ahead"),
        (400 * 86_400, "400 days ahead"),
        (-5 * 3600, "5 hours behind"),
    ],
)
def test_a_clock_that_is_wrong_is(off: float, said: str) -> None:
    error = clock_error("the cloud refuses", formatdate(NOW, usegmt=True), NOW + off)
    assert str(error) == f"the cloud refuses: this machine's clock is {said}. Set it, then repeat"


@pytest.mark.parametrize("header", [None, "", "yesterday", "Mon, 99 Foo 2026 25:61:61 GMT"])
def test_where_nobody_says_what_time_it_is_nobody_is_blamed(header: str | None) -> None:
    assert clock_error("no", header, NOW) is None


@pytest.mark.parametrize(
    ("code", "date", "error", "said"),
    [
        ("InvalidSignatureException", 0.0, CloudError, "clock is"),
        ("RequestTimeTooSkewed", 0.0, CloudError, "clock is"),
        ("ExpiredTokenException", 0.0, CloudError, "clock is"),
        ("ExpiredTokenException", None, SignInNeeded, "photobak login"),
        ("NoSuchKey", 0.0, CloudError, "NoSuchKey"),
    ],
)
def test_only_a_refusal_that_a_clock_may_cause_is_blamed_on_it(
    code: str, date: float | None, error: type[PhotobakError], said: str
) -> None:
    headers = {} if date is None else {"date": formatdate(date, usegmt=True)}
    answer = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPHeaders": headers}}
    with pytest.raises(error, match=said), aws_errors("it can't be read"):
        raise ClientError(answer, "GetObject")  # type: ignore[arg-type]
