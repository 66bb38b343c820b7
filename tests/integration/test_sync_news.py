"""A sync hears by push what is stored, and asks where it can't hear."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from support.counting import CountingBackup
from support.local_stack import eventually
from support.tcp_proxy import TcpProxy

from photobak.client.sync.news import News
from photobak.local.values import LocalStack
from photobak.photo.record import Status

PHOTOS = 60


@pytest.fixture
def person(local_stack: LocalStack, tmp_path: Path) -> CountingBackup:
    return CountingBackup(tmp_path / "home", local_stack)


def names(count: int) -> list[str]:
    return [f"{number}.jpg" for number in range(count)]


def test_who_is_told_asks_little(person: CountingBackup) -> None:
    person.make(*names(PHOTOS), size=100_000)
    assert person.sync().counts == {"stored": PHOTOS}
    assert person.items_read < 10 * PHOTOS  # by polling alone it is some fifty for each photo


@pytest.mark.parametrize("ws_url", [None, "ws://127.0.0.1:9/live"])
def test_who_is_not_told_asks_and_is_none_the_worse(
    person: CountingBackup, ws_url: str | None, capfd: pytest.CaptureFixture[str]
) -> None:
    person.profile = replace(person.profile, ws_url=ws_url)
    person.make(*names(5))
    assert person.sync().counts == {"stored": 5}
    assert capfd.readouterr() == ("", "")


def test_a_line_that_is_cut_in_the_middle_of_a_sync_is_not_noticed(person: CountingBackup) -> None:
    endpoint = person.stack.endpoint_url.removeprefix("http://")
    with TcpProxy(person.stack.endpoint_url).running() as proxy:
        person.profile = replace(person.profile, ws_url=person.stack.outputs.ws_url.replace(endpoint, proxy.address))
        person.make(*names(PHOTOS), size=100_000)

        def cut() -> None:
            eventually(lambda: proxy.connections)
            proxy.cut()

        cutting = threading.Thread(target=cut)
        cutting.start()
        assert person.sync().counts == {"stored": PHOTOS}
        cutting.join()


def test_what_cannot_be_shown_keeps_its_reason(person: CountingBackup) -> None:
    (person.photos / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture at all")
    person.make(*names(20), size=50_000)
    run = person.sync()
    assert run.results["broken.jpg"] == "no-preview"
    assert run.reason("broken.jpg")


def test_news_are_of_photos_that_are_stored(person: CountingBackup) -> None:
    news = News(person.session())
    news.begin()
    eventually(lambda: news.since is not None)
    person.make("a.jpg")
    run = person.sync()
    sha256 = run.watcher.outcomes[0].sha256
    assert sha256 is not None
    assert eventually(lambda: news.take(sha256)) is Status.STORED
    assert news.take(sha256) is None
    news.end()
    eventually(lambda: news.since is None)
