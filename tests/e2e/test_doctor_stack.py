"""``doctor`` and ``setup --aws`` with a stack in an AWS account, for which the local stack stands in."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import urllib3
from support.backup import write_photo
from support.command_line import PHOTOBAK, environ_of, photobak
from support.local_stack import root_client
from support.person import Person
from support.stacks import aws_variables, local_parameters, target_of
from support.terminal import terminal

from photobak.client.places import places
from photobak.client.profile import load_profile
from photobak.local.running import running
from photobak.local.values import LocalStack
from photobak.stack.deploy import deploy
from photobak.stack.template import template_text

OWNER, PASSWORD = "me@example.com", "Correct-horse-7-battery"


def stack_checks(home: Path, aws: dict[str, str], *profile: str) -> dict[str, dict[str, Any]]:
    """The results of the checks that need AWS credentials, by name."""
    lines = map(json.loads, photobak(home, *profile, "doctor", "--json", **aws).stdout.splitlines())
    return {line["check"]: line for line in lines if line.get("check") in ("template", "quotas")}


def type_it(home: Path, command: str, aws: dict[str, str]) -> None:
    """Run a cure as it is printed, without confirmation."""
    environ = environ_of(home, **aws)
    environ["PATH"] = f"{Path(PHOTOBAK).parent}:{environ['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "-c", f"{command} --yes"], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("profile", [(), ("--profile", "family")], ids=["default", "named"])
def test_a_template_of_another_version_is_found_and_the_cure_works(
    tmp_path: Path, local_stack: LocalStack, profile: tuple[str, ...]
) -> None:
    aws, name = aws_variables(local_stack), "-".join(["drift", *profile[1:]])
    made = photobak(tmp_path, *profile, "deploy", "--stack-name", name, "--email", OWNER, "--yes", **aws)
    assert made.returncode == 0, made.stderr
    assert stack_checks(tmp_path, aws, *profile)["template"]["ok"]
    older = template_text().replace("VisibilityTimeout: 1080", "VisibilityTimeout: 1079")
    assert older != template_text()
    deploy(target_of(local_stack), stack_name=name, parameters=local_parameters(local_stack), template=older)

    found = stack_checks(tmp_path, aws, *profile)["template"]
    assert not found["ok"]
    assert f"the stack {name} is of another version" in found["detail"]
    type_it(tmp_path, found["cure"], aws)
    assert stack_checks(tmp_path, aws, *profile)["template"]["ok"]
    known = places(environ_of(tmp_path))
    assert load_profile(known, profile[1] if profile else name) is not None
    assert "profiles.drift-family" not in known.config_file.read_text(), "the cure keeps the profile"


def test_without_credentials_for_this_cloud_the_stack_is_not_looked_at(tmp_path: Path, local_stack: LocalStack) -> None:
    """A person with AWS credentials for something else has a local stack, or no credentials at all."""
    aws = aws_variables(local_stack)
    photobak(tmp_path, "deploy", "--stack-name", "unseen", "--email", OWNER, "--yes", **aws)
    assert stack_checks(tmp_path, aws)
    assert stack_checks(tmp_path, {}) == {}
    assert stack_checks(tmp_path, {**aws, "AWS_ENDPOINT_URL": ""}) == {}


def test_a_stack_that_is_gone_is_a_problem_and_no_crash(tmp_path: Path, local_stack: LocalStack) -> None:
    aws = aws_variables(local_stack)
    photobak(tmp_path, "deploy", "--stack-name", "vanished", "--email", OWNER, "--yes", **aws)
    assert photobak(tmp_path, "destroy", "--stack-name", "vanished", "--confirm", "vanished", **aws).returncode == 0
    found = stack_checks(tmp_path, aws)["template"]
    assert not found["ok"]
    assert found["cure"] == f"photobak deploy --region {local_stack.region} --stack-name vanished"


class _OldAccount(BaseHTTPRequestHandler):
    """Lambda's GetAccountSettings, for an account with its usual quota; the local stack's own is that of a new one."""

    def do_GET(self) -> None:
        body = json.dumps({"AccountLimit": {"ConcurrentExecutions": 1000}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def old_account() -> Iterator[str]:
    """The URL of a Lambda service whose account may run a thousand functions at once."""
    with HTTPServer(("127.0.0.1", 0), _OldAccount) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_low_quota_is_found_with_the_command_that_asks_for_more(tmp_path: Path, local_stack: LocalStack) -> None:
    aws = aws_variables(local_stack)
    photobak(tmp_path, "deploy", "--stack-name", "narrow", "--email", OWNER, "--yes", **aws)
    found = stack_checks(tmp_path, aws)["quotas"]
    assert not found["ok"]
    assert "processes 5 uploads at once" in found["detail"]
    assert f"request-service-quota-increase --region {local_stack.region} " in found["cure"]
    with old_account() as url:
        assert stack_checks(tmp_path, {**aws, "AWS_ENDPOINT_URL_LAMBDA": url})["quotas"]["ok"]


@pytest.fixture
def empty_account(tmp_path: Path) -> Iterator[LocalStack]:
    """A local stack of the test's own, without any photobak in it."""
    home = tmp_path / "aws"
    home.mkdir()
    try:
        up = photobak(home, "local", "up")
        assert up.returncode == 0, up.stderr
        stack = running(home / "photobak" / "state" / "local")
        assert stack is not None
        nothing = ("--confirm", "photobak", "--delete-photos", "--confirm-photos", "0")
        gone = photobak(home, "destroy", *nothing, **aws_variables(stack))
        assert gone.returncode == 0, gone.stderr
        yield stack
    finally:
        photobak(tmp_path, "local", "down")  # the person's own, which sync starts for any cloud on this machine
        photobak(home, "local", "down")


def test_setup_in_an_empty_aws_account_ends_with_a_confirmed_photo(tmp_path: Path, empty_account: LocalStack) -> None:
    write_photo(tmp_path / "Pictures" / "beach.jpg")
    aws = aws_variables(empty_account)
    options = (
        "--aws",
        "--email",
        OWNER,
        "--folder",
        str(tmp_path / "Pictures"),
        "--no-schedule",
        "--no-notify",
        "--yes",
    )
    with terminal(tmp_path, "setup", *options, **aws, BROWSER="/bin/false") as person:
        person.until(f"Sent an invitation to {OWNER}", within=240)
        accept_invitation(empty_account)
        url = person.until(r"http://127\.0\.0\.1:\d+/oauth2/authorize\?\S+(?=\s)", within=60).group()
        urllib3.request("GET", Person(OWNER, PASSWORD).sign_in(url))
        person.until("To undo it: photobak logout, then photobak destroy", within=240)
        assert person.process.wait(30) == 0
    status = json.loads(photobak(tmp_path, "status", "--json").stdout)
    assert (status["stored"], status["email"]) == (1, OWNER)
    assert stack_checks(tmp_path, aws)["template"]["ok"]


def accept_invitation(stack: LocalStack) -> None:
    """Choose a password, as the person does with the one that the e-mail holds."""
    cognito = root_client(stack, "cognito-idp")
    (pool,) = [pool["Id"] for pool in cognito.list_user_pools(MaxResults=60)["UserPools"] if pool["Name"] == "photobak"]
    (user,) = cognito.list_users(UserPoolId=pool)["Users"]
    cognito.admin_set_user_password(UserPoolId=pool, Username=user["Username"], Password=PASSWORD, Permanent=True)
