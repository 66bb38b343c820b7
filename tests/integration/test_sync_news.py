"""A sync hears by push what is stored, and asks where it can't hear."""

import threading
from dataclasses import replace

import pytest
from support.backup import Backup, json_lines
from support.fault_proxy import FaultProxy
from support.local_stack import eventually
from support.tcp_proxy import TcpProxy

from photobak.client.upload.change_feed import ChangeFeed
from photobak.photo.record import Status

PHOTOS = 60


def names(count: int) -> list[str]:
    return [f"{number}.jpg" for number in range(count)]


def test_who_is_told_asks_little(backup: Backup, proxy: FaultProxy) -> None:
    backup.make(*names(PHOTOS), size=100_000)
    config, real = backup.places.config_file, backup.stack.endpoint_url.removeprefix("http")
    with TcpProxy(
        backup.stack.endpoint_url
    ).running() as line:  # pushes come by another way: the proxy can't pass them on
        config.write_text(config.read_text().replace(f"ws{real}", f"ws://{line.address}"))
        done = backup.run("sync", "Pictures", "--json", **proxy.environment)
    assert json_lines(done.stdout)[1]["stored"] == PHOTOS
    assert proxy.requests > PHOTOS
    assert proxy.items_asked < 10 * PHOTOS  # by polling alone it is some fifty for each photo


@pytest.mark.parametrize("ws_url", [None, "ws://127.0.0.1:9/live"])
def test_who_is_not_told_asks_and_is_none_the_worse(
    backup: Backup, ws_url: str | None, capfd: pytest.CaptureFixture[str]
) -> None:
    backup.profile = replace(backup.profile, ws_url=ws_url)
    backup.make(*names(5))
    assert backup.sync().counts == {"stored": 5}
    assert capfd.readouterr() == ("", "")


def test_a_line_that_is_cut_in_the_middle_of_a_sync_is_not_noticed(backup: Backup) -> None:
    endpoint = backup.stack.endpoint_url.removeprefix("http://")
    with TcpProxy(backup.stack.endpoint_url).running() as proxy:
        backup.profile = replace(backup.profile, ws_url=backup.stack.outputs.ws_url.replace(endpoint, proxy.address))
        backup.make(*names(PHOTOS), size=100_000)

        def cut() -> None:
            eventually(lambda: proxy.connections)
            proxy.cut()

        cutting = threading.Thread(target=cut)
        cutting.start()
        assert backup.sync().counts == {"stored": PHOTOS}
        cutting.join()


def test_what_cannot_be_shown_keeps_its_reason(backup: Backup) -> None:
    (backup.photos / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture at all")
    backup.make(*names(20), size=50_000)
    run = backup.sync()
    assert run.results["broken.jpg"] == "no-preview"
    assert run.reason("broken.jpg")


def test_news_are_of_photos_that_are_stored(backup: Backup) -> None:
    feed = ChangeFeed(backup.session())
    feed.start()
    eventually(lambda: feed.since is not None)
    backup.make("a.jpg")
    run = backup.sync()
    sha256 = run.watcher.outcomes[0].sha256
    assert sha256 is not None
    assert eventually(lambda: feed.take(sha256)) is Status.STORED
    assert feed.take(sha256) is None
    feed.stop()
    eventually(lambda: feed.since is None)
