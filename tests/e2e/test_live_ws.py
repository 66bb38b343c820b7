"""Done when: clients made with npm's ws, and the commands as processes, hear what they should and nothing else."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.command_line import PHOTOBAK, environ_of, photobak
from support.node import installed_programs
from support.pictures import encoded, quadrants

DOCS = Path(__file__).parents[2] / "docs" / "live"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A person's machine with a local stack, and a second account on it."""
    folder = tmp_path_factory.mktemp("home")
    try:
        for arguments in (("local", "up"), ("local", "user", "second")):
            done = photobak(folder, *arguments)
            assert done.returncode == 0, done.stderr
        yield folder
    finally:
        photobak(folder, "local", "down")


@pytest.fixture(scope="module")
def live_programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = installed_programs(tmp_path_factory.mktemp("live"), Path(__file__).parent / "live")
    (folder / "listen.mjs").write_bytes((DOCS / "listen.mjs").read_bytes())
    return folder


def status(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(photobak(home, "status", "--json").stdout)
    return found


def token(home: Path, profile: str = "local") -> str:
    return photobak(home, "--profile", profile, "token").stdout.strip()


class Process:
    """A program that prints a line for each thing that it hears."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin, self._stdout = process.stdin, process.stdout

    def line(self) -> str:
        return self._stdout.readline().strip()

    def hear(self) -> dict[str, Any]:
        heard: dict[str, Any] = json.loads(self.line())
        return heard

    def ask(self, **message: object) -> dict[str, Any]:
        self._stdin.write(json.dumps(message) + "\n")
        self._stdin.flush()
        return self.hear()


@contextmanager
def running(*command: object, **environ: str) -> Iterator[Process]:
    with subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environ or None,
    ) as process:
        try:
            yield Process(process)
        finally:
            process.kill()


@contextmanager
def ws_client(programs: Path, url: str, token: str | None) -> Iterator[Process]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with running("node", programs / "client.mjs", json.dumps({"url": url, "headers": headers})) as process:
        yield process


def back_up_a_photo(home: Path, folder: Path) -> str:
    """Sync one new photo; returns its SHA-256."""
    folder.mkdir(exist_ok=True)
    picture = quadrants(64, 48)
    picture.putpixel((0, 0), tuple(os.urandom(3)))
    (folder / f"{os.urandom(4).hex()}.png").write_bytes(encoded(picture, "PNG"))
    done = photobak(home, "sync", "--json", str(folder))
    assert done.returncode == 0, done.stderr
    photos = [json.loads(line) for line in done.stdout.splitlines()]
    (stored,) = [each for each in photos if each["type"] == "photo" and each["result"] == "stored"]
    return str(stored["sha256"])


def test_two_clients_of_one_person_hear_each_other_and_another_persons_hears_nothing(
    home: Path, live_programs: Path
) -> None:
    url = status(home)["ws_url"]
    with ExitStack() as stack:
        first, second, stranger = (
            stack.enter_context(ws_client(live_programs, url, token(home, profile)))
            for profile in ("local", "local", "local-second")
        )
        for client in (first, second, stranger):
            assert client.hear() == {"event": "open"}
            assert client.ask(type="subscribe", topic="general")["type"] == "subscribed"
        said = {"type": "message", "topic": "general", "message": {"text": "Łódź 🌿"}}
        heard = [first.ask(**said), first.hear(), second.hear()]
        assert said in heard[:2]
        assert {"type": "published", "topic": "general", "receivers": 2} in heard[:2]
        assert heard[2] == said
        assert stranger.ask(type="unsubscribe", topic="a") == {"type": "unsubscribed", "topic": "a"}


@pytest.mark.parametrize(
    "forge", [lambda _: None, lambda good: good[:-8] + "AAAAAAAA", lambda good: good.split(".")[1]]
)
def test_a_client_with_no_or_a_forged_token_is_refused_at_the_handshake(
    home: Path, live_programs: Path, forge: Any
) -> None:
    with ws_client(live_programs, status(home)["ws_url"], forge(token(home))) as client:
        assert client.hear() == {"event": "refused", "status": 403}


def test_a_sync_elsewhere_is_heard_by_clients_of_every_kind(home: Path, live_programs: Path, tmp_path: Path) -> None:
    here = status(home)
    with ExitStack() as stack:
        client = stack.enter_context(ws_client(live_programs, here["ws_url"], token(home)))
        assert client.hear() == {"event": "open"}
        assert client.ask(type="subscribe", topic="photos")["type"] == "subscribed"
        example = stack.enter_context(
            running("node", live_programs / "listen.mjs", here["api_url"], here["ws_url"], token(home))
        )
        assert example.line() == "listening"
        sha256 = back_up_a_photo(home, tmp_path / "photos")
        heard = client.hear()
        assert (heard["topic"], heard["message"]["sha256"]) == ("photos", sha256)
        listed = [json.loads(line) for line in photobak(home, "ls", "--json").stdout.splitlines()]
        assert heard["message"] in listed
        assert example.line() == f"{sha256} {heard['message']['filename']}"


def test_each_change_of_a_photo_is_heard_as_it_is_listed(home: Path, live_programs: Path, tmp_path: Path) -> None:
    sha256 = back_up_a_photo(home, tmp_path / "photos")
    with ws_client(live_programs, status(home)["ws_url"], token(home)) as client:
        assert client.hear() == {"event": "open"}
        place = client.ask(type="subscribe", topic="photos")["sequence"]
        for arguments, listing in (
            (("redate", sha256, "--set", "2001-02-03T04:05:06+07:00"), ("ls",)),
            (("rm", sha256, "--yes"), ("trash",)),
            (("trash", "restore", sha256), ("ls",)),
        ):
            assert photobak(home, *arguments).returncode == 0
            heard = client.hear()
            assert heard["sequence"] > place
            place = heard["sequence"]
            listed = [json.loads(line) for line in photobak(home, *listing, "--json").stdout.splitlines()]
            (mine,) = [each for each in listed if each["sha256"] == sha256]
            assert heard["message"].items() <= mine.items()
            assert heard["message"].keys() == mine.keys() - {"trashed_until"}
        assert client.ask(type="unsubscribe", topic="a")["type"] == "unsubscribed"  # and nothing more was heard


def test_the_python_example_and_listen_hear_what_was_stored_while_the_local_stack_was_down(
    home: Path, tmp_path: Path
) -> None:
    environ = environ_of(home, PATH=f"{Path(PHOTOBAK).parent}:{os.environ['PATH']}")
    with (
        running(PHOTOBAK, "listen", "--json", **environ) as listen,
        running(sys.executable, DOCS / "listen.py", **environ) as example,
    ):
        first = heard_of_a_sync(home, tmp_path / "photos", listen)
        heard_of_a_sync(home, tmp_path / "photos", example)
        assert photobak(home, "local", "down").returncode == 0
        second = back_up_a_photo(home, tmp_path / "photos")  # starts the stack again
        assert first != second
        for program in (listen, example):
            while second not in program.line():
                pass


def test_the_examples_have_twenty_lines() -> None:
    for example in DOCS.iterdir():
        lines = example.read_text("utf-8").splitlines()
        code = [line for line in lines if line and not line.startswith(("//", '"""', "import ", "from "))]
        assert 10 < len(code) <= 20, example.name


def heard_of_a_sync(home: Path, folder: Path, process: Process) -> str:
    """Sync photos until the program, which takes a moment to begin, hears of one; returns its SHA-256."""
    import threading

    lines: list[str] = []
    hearing = threading.Thread(target=lambda: lines.append(process.line()))
    hearing.start()
    sha256 = back_up_a_photo(home, folder)
    hearing.join(0.2)
    while not lines:
        sha256 = back_up_a_photo(home, folder)
        hearing.join(0.2)
    while sha256 not in lines[-1]:
        lines.append(process.line())
    return sha256


def test_publish_reaches_listen(home: Path) -> None:
    with running(PHOTOBAK, "listen", "doorbell", **environ_of(home)) as listen:
        said = photobak(home, "publish", "doorbell", '{"ring": 2}')
        while "Delivered to 1 connection." not in said.stderr:
            assert said.stderr == "Delivered to 0 connections.\n"
            said = photobak(home, "publish", "doorbell", '{"ring": 2}')
        assert (said.returncode, said.stdout) == (0, "")
        assert listen.hear() == {"type": "message", "topic": "doorbell", "message": {"ring": 2}}
        for text in ("not JSON", "NaN"):
            said = photobak(home, "publish", "doorbell", text, "--json")
            assert json.loads(said.stdout) == {"type": "published", "topic": "doorbell", "receivers": 1}
            assert listen.hear()["message"] == text


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("listen", ""), 2, "can't be a topic: should not be empty"),
        (("listen", "a\udcff"), 2, "can't be a topic: should have only printable characters"),
        (("publish", "a" * 200, "1"), 2, "can't be a topic: should have at most 128 characters"),
        (("publish", "a", "1e999"), 2, "the message can't be sent as JSON"),
        (("publish", "a", "\udcff"), 2, "the message can't be sent as JSON"),
        (("publish", "photos", "1"), 1, "refuses: topic: only the service itself publishes to photos"),
    ],
)
def test_what_is_refused_is_one_line_and_an_exit_code(
    home: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = photobak(home, *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_nothing_shows_the_token(home: Path) -> None:
    own = token(home)
    with subprocess.Popen(
        [PHOTOBAK, "-vv", "listen"], env=environ_of(home), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        said = photobak(home, "-vv", "publish", "quiet", "1")
        command_lines = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        process.terminate()
        assert process.stderr is not None
        logged = process.stderr.read()
    assert said.returncode == 0
    assert not [text for text in (said.stderr, logged, command_lines) if own in text or own.split(".")[2] in text]
