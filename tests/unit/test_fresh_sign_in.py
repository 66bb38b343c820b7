"""What is left after a fresh sign-in: each photo is changed once, however often the cloud asks."""

from collections.abc import Iterator, Sequence

import pytest

from photobak.cli.ui import sign_in
from photobak.cli.ui.context import Context
from photobak.cli.ui.sign_in import with_fresh_sign_in
from photobak.errors import FreshSignInNeeded


class Cloud:
    """Changes two at a time, and wants a sign-in before some of them."""

    def __init__(self, *wants: int) -> None:
        self.wants = list(wants)
        self.changed: list[int] = []

    def change(self, items: Sequence[int]) -> Iterator[int]:
        for start in range(0, len(items), 2):
            batch = items[start : start + 2]
            if self.wants and self.wants[0] in batch:
                raise FreshSignInNeeded("the cloud wants a fresh sign-in")
            self.changed += batch
            yield from batch


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "_is_interactive", lambda: True)


def outcomes(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, *, helps: bool = True) -> Iterator[int]:
    monkeypatch.setattr(sign_in, "_sign_in_again", lambda *_: cloud.wants.pop(0) if helps else None)
    return with_fresh_sign_in(Context(), None, cloud.change, range(7))  # type: ignore[arg-type]  # no session is used


@pytest.mark.usefixtures("at_a_terminal")
@pytest.mark.parametrize("wants", [(), (0,), (5,), (6,), (2, 6)])
def test_each_is_changed_once(wants: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud(*wants)
    assert list(outcomes(cloud, monkeypatch)) == cloud.changed == list(range(7))


@pytest.mark.usefixtures("at_a_terminal")
def test_a_sign_in_that_does_not_help_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud(4)
    with pytest.raises(FreshSignInNeeded, match="private window"):
        list(outcomes(cloud, monkeypatch, helps=False))
    assert cloud.changed == [0, 1, 2, 3]


def test_nobody_is_asked_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "_is_interactive", lambda: False)
    with pytest.raises(FreshSignInNeeded):
        list(outcomes(Cloud(0), monkeypatch))
