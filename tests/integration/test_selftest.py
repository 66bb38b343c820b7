"""The self-test on the local stack: what it shows here, what it can't, and that it tells a difference from the rule."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from photobak.cli.ui.stack import profile_of
from photobak.client.account.session import Session, keep_sign_in, open_session
from photobak.client.account.sign_in.hosted_ui import sign_in_local
from photobak.client.places import places
from photobak.client.selftest import Selftest, Verdict, noise
from photobak.client.upload.content import StatusReader
from photobak.local.lifecycle import add_user
from photobak.local.values import LocalStack
from photobak.photo.record import Status


@pytest.fixture
def session(local_stack: LocalStack, tmp_path: Path) -> Session:
    account = add_user(local_stack.home, "selftest")
    profile = profile_of("selftest", local_stack.outputs, account.username)
    environ = {"PHOTOBAK_HOME": str(tmp_path), "PHOTOBAK_TOKEN_STORE": "file"}
    tokens = sign_in_local(profile, account.username, account.password)
    keep_sign_in(profile, places(environ), environ, tokens)
    return open_session(profile, places(environ), environ)


def test_it_finds_what_is_documented_says_what_is_not_enforced_here_and_cleans_up(session, tmp_path):
    photo = noise(tmp_path)
    findings = {finding.behaviour: finding for finding in Selftest(session, photo).run()}
    assert [one for one in findings.values() if one.verdict is Verdict.DIFFERS] == []
    elsewhere = {behaviour for behaviour, one in findings.items() if one.verdict is Verdict.NOT_HERE}
    assert elsewhere == {
        "S3 itself refuses other bytes than were announced",
        "S3 knows the SHA-256 of the original",
        "another person's original is out of reach",
        "another person's records are out of reach",
    }
    assert len(findings) >= 20
    sha256 = hashlib.sha256(photo).hexdigest()
    assert StatusReader(session).read([sha256])[sha256].status is Status.TRASHED


def test_a_cloud_that_allows_too_much_differs(session, tmp_path):
    """Seen as AWS, the local stack is one that fences nobody."""
    selftest = Selftest(session, noise(tmp_path))
    checks = [replace(check, local_too=True) for check in selftest._checks()]
    selftest._checks = lambda: tuple(checks)
    verdicts = {finding.behaviour: finding for finding in selftest.run()}
    assert verdicts["another person's records are out of reach"].verdict is Verdict.DIFFERS
    assert verdicts["another person's records are out of reach"].seen == "it is allowed"
