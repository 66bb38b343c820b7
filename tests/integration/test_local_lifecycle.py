"""Up, down, status and reset, as somebody sees them who watches the processes, the sockets and the files."""

import contextlib
import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from support.local_stack import eventually, kill, make_function, processes_of, root_client, server_of

from photobak.errors import LocalStackError, WrongUsage
from photobak.local.home import Home
from photobak.local.lifecycle import MAX_UPLOAD_BYTES, add_user, down, reset, status, up
from photobak.local.running import running
from photobak.local.values import LocalStack, Step

UP = "import sys; from pathlib import Path; from photobak.local.lifecycle import up; print(up(Path(sys.argv[1])).pid)"


def test_a_second_up_finds_the_first(local_stack: LocalStack) -> None:
    steps: list[Step] = []
    again = up(local_stack.home, steps.append)
    assert server_of(again) == server_of(local_stack)
    assert Step.SERVER not in steps
    assert server_of(running(local_stack.home)) == server_of(local_stack)


def test_two_ups_at_once_make_one_server(own_home: Path) -> None:
    command = [sys.executable, "-c", UP, str(own_home)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    pids = {process.communicate(timeout=60)[0] for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert len(pids) == 1
    assert len([line for line in processes_of(own_home) if "photobak.local.server" in line]) == 1


def test_it_outlives_the_program_that_started_it(own_home: Path) -> None:
    command = [sys.executable, "-c", UP, str(own_home)]
    pid = int(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)
    server = psutil.Process(pid)
    assert server.terminal() is None
    stack = running(own_home)
    assert stack is not None
    assert stack.pid == pid


def test_down_leaves_no_process_and_can_be_said_again(own_home: Path) -> None:
    stack = up(own_home)
    make_function(stack, "sleeper", "import time\ndef handle(event, context): time.sleep(60)\n")
    root_client(stack, "lambda").invoke(FunctionName="sleeper", InvocationType="Event", Payload=b"{}")
    eventually(lambda: len(processes_of(own_home)) > 1)
    down(own_home)
    assert processes_of(own_home) == []
    assert running(own_home) is None
    down(own_home)


def test_a_worker_whose_server_was_killed_goes_with_the_next_down(own_home: Path) -> None:
    stack = up(own_home)
    make_function(stack, "sleeper", "import time\ndef handle(event, context): time.sleep(60)\n")
    root_client(stack, "lambda").invoke(FunctionName="sleeper", InvocationType="Event", Payload=b"{}")
    eventually(lambda: len(processes_of(own_home)) > 1)
    kill(stack.pid)
    assert processes_of(own_home)  # it is busy, and does not see that nobody waits for it
    down(own_home)
    assert processes_of(own_home) == []


def test_an_idle_worker_ends_with_its_server(own_home: Path) -> None:
    stack = up(own_home)
    make_function(stack, "quick", "def handle(event, context): return 1\n")
    root_client(stack, "lambda").invoke(FunctionName="quick", Payload=b"{}")
    assert len(processes_of(own_home)) > 1
    kill(stack.pid)
    eventually(lambda: processes_of(own_home) == [])


def test_it_keeps_its_port_and_gives_way_where_that_is_taken(own_home: Path) -> None:
    first = up(own_home)
    down(own_home)
    second = up(own_home)
    assert second.endpoint_url == first.endpoint_url
    down(own_home)
    with socket.create_server(("127.0.0.1", int(first.endpoint_url.rpartition(":")[2]))):
        third = up(own_home)
    assert third.endpoint_url != first.endpoint_url
    assert third.outputs.api_url.startswith(third.endpoint_url)
    assert third.outputs.user_pool_id == first.outputs.user_pool_id
    assert root_client(third, "s3").list_objects_v2(Bucket=third.outputs.bucket)["KeyCount"] == 0


def test_it_listens_on_loopback_only(local_stack: LocalStack) -> None:
    server = psutil.Process(local_stack.pid)
    listening = [
        connection.laddr
        for process in (server, *server.children(recursive=True))
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert [f"http://{address.ip}:{address.port}" for address in listening] == [local_stack.endpoint_url]


def test_its_secrets_are_nobody_elses(local_stack: LocalStack) -> None:
    home = local_stack.home
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    modes = {}
    for folder, _, names in os.walk(home):
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # what others upload meanwhile comes and goes
                modes[name] = stat.S_IMODE((Path(folder) / name).stat().st_mode)
    assert set(modes) >= {"root.json", "account-owner.json", "server.log", "items.sqlite3"}
    assert [name for name, mode in modes.items() if mode & 0o077] == []


def test_its_keys_are_in_no_command_line_and_no_log(local_stack: LocalStack) -> None:
    keys = json.loads((local_stack.home / "secrets" / "root.json").read_text())
    secrets = [keys["secret_access_key"], keys["access_key_id"], local_stack.accounts[0].password]
    listing = subprocess.run(["ps", "-ww", "-eo", "args="], capture_output=True, text=True, check=True).stdout
    log = (local_stack.home / "server.log").read_text()
    assert [secret for secret in secrets if secret in listing or secret in log] == []
    server = psutil.Process(local_stack.pid)
    for process in (server, *server.children(recursive=True)):
        if (environ := Path(f"/proc/{process.pid}/environ")).exists():  # Linux; macOS shows it to the owner only, too
            assert stat.S_IMODE(environ.stat().st_mode) & 0o077 == 0
    assert local_stack.accounts[0].password not in repr(local_stack)


def test_the_users_own_aws_set_up_has_no_say(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nonsense")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    stack = up(own_home)
    environ = psutil.Process(stack.pid).environ()
    assert not {"AWS_PROFILE", "AWS_ENDPOINT_URL", "http_proxy"} & environ.keys()


def test_the_largest_upload_is_bounded(local_stack: LocalStack) -> None:
    functions = root_client(local_stack, "lambda")
    configuration = functions.get_function_configuration(FunctionName="photobak-api")
    assert configuration["Environment"]["Variables"]["MAX_UPLOAD_BYTES"] == str(MAX_UPLOAD_BYTES)


def test_a_further_account_signs_in_and_is_made_once(local_stack: LocalStack) -> None:
    account = add_user(local_stack.home, "anna")
    assert add_user(local_stack.home, "anna") == account
    cognito = root_client(local_stack, "cognito-idp")
    user = cognito.admin_get_user(UserPoolId=local_stack.outputs.user_pool_id, Username=account.username)
    assert user["UserStatus"] == "CONFIRMED"
    stack = running(local_stack.home)
    assert stack is not None
    assert stack.accounts[0].name == "owner"
    assert account in stack.accounts


@pytest.mark.parametrize("name", ["", "Anna", "../anna", "a b", "anna\n", "a" * 40, "-anna"])
def test_a_name_that_cannot_be_one(local_stack: LocalStack, name: str) -> None:
    with pytest.raises(WrongUsage, match="can't be an account's name"):
        add_user(local_stack.home, name)


def test_a_further_account_needs_a_stack_that_runs(tmp_path: Path) -> None:
    with pytest.raises(LocalStackError, match="photobak local up"):
        add_user(tmp_path / "none", "anna")


def test_status_of_what_runs_and_of_what_does_not(local_stack: LocalStack, tmp_path: Path) -> None:
    here = status(local_stack.home)
    assert server_of(here.stack) == server_of(local_stack)
    assert 20_000_000 < here.memory_bytes < 4_000_000_000  # bytes; how many depends on what other tests have set going
    assert here.disk_bytes > 0
    nothing = status(tmp_path / "none")
    assert (nothing.stack, nothing.memory_bytes, nothing.disk_bytes) == (None, 0, 0)
    assert not (tmp_path / "none").exists()


def test_reset_makes_everything_new(own_home: Path) -> None:
    first = up(own_home)
    root_client(first, "s3").put_object(Bucket=first.outputs.bucket, Key="original/a", Body=b"a")
    reset(own_home)
    assert processes_of(own_home) == []
    assert status(own_home).disk_bytes == 0
    second = up(own_home)
    assert second.outputs.user_pool_id != first.outputs.user_pool_id
    assert second.accounts[0].password != first.accounts[0].password
    assert root_client(second, "s3").list_objects_v2(Bucket=second.outputs.bucket)["KeyCount"] == 0


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"dear")
    with pytest.raises(LocalStackError, match="holds something else"):
        up(tmp_path)
    with pytest.raises(LocalStackError, match="not a local stack"):
        reset(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_server_that_cannot_start_says_why(own_home: Path) -> None:
    Home.at(own_home).make()
    Home.at(own_home).items.write_bytes(b"this is no database" * 1000)
    with pytest.raises(LocalStackError, match="not a database"):
        up(own_home)
