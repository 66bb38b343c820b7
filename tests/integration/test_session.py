"""A session keeps itself fresh: one renewal whoever asks, rotation, revocation, faults, no request without need."""

import multiprocessing
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.campaign import rounds
from support.issuer import Issuer
from support.refreshing import ask_each_round

from photobak.client.account import cognito
from photobak.client.account import session as session_module
from photobak.client.account.session import Session, keep_sign_in, login_command, open_session
from photobak.client.account.tokens.file import FileStore
from photobak.client.account.tokens.interface import SignIn
from photobak.client.places import Places, places
from photobak.client.profile import save_profile
from photobak.errors import CloudError, ConfigError, RunLocked, SignInNeeded, WrongUsage

ROUNDS = rounds(short=20, long=100)
PROCESSES = 20
ENVIRON = {"PHOTOBAK_TOKEN_STORE": "file"}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer().running() as running:
        yield running


@pytest.fixture
def here(tmp_path: Path) -> Places:
    return places({"PHOTOBAK_HOME": str(tmp_path)})


def signed_in(issuer: Issuer, here: Places, **how: int) -> Session:
    profile = issuer.profile()
    keep_sign_in(profile, here, ENVIRON, issuer.tokens(**how))
    return open_session(profile, here, ENVIRON)


def kept(here: Places) -> SignIn:
    found = FileStore.of(here, "test").read()
    assert found is not None
    return found


def test_a_valid_token_costs_no_request_and_loads_no_library_for_one(
    issuer: Issuer, here: Places, tmp_path: Path
) -> None:
    signed_in(issuer, here).aws_credentials()
    save_profile(here, issuer.profile())
    issuer.asked.clear()
    script = """if True:
        import sys
        from photobak.client.places import places
        from photobak.client.profile import load_profile
        from photobak.client.account.session import open_session
        session = open_session(load_profile(places(), None), places())
        print(bool(session.id_token() and session.identity_id and session.aws_credentials()))
        print(sorted({"boto3", "botocore", "urllib3", "requests", "authlib", "joserfc", "filelock"} & set(sys.modules)))
    """
    environ = {"PHOTOBAK_HOME": str(tmp_path), **ENVIRON}
    ran = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True)
    assert ran.stdout == "True\n[]\n"
    assert not issuer.asked


def test_a_token_near_its_end_is_renewed_and_the_rotated_refresh_token_kept(issuer: Issuer, here: Places) -> None:
    session = signed_in(issuer, here, good_for=299)
    before = kept(here).tokens
    token = session.id_token()
    after = kept(here).tokens
    assert token == after.id_token != before.id_token
    assert after.refresh_token != before.refresh_token
    assert after.refresh_token in issuer.live_refresh_tokens
    assert after.signed_in_at == before.signed_in_at
    assert session.id_token() == token
    assert issuer.asked == {"/oauth2/token": 1}


def test_the_rotated_refresh_token_is_kept_before_the_new_token_is_used(
    issuer: Issuer, here: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = signed_in(issuer, here, good_for=0)

    def full(*_: object) -> None:
        raise ConfigError("no space")

    monkeypatch.setattr(FileStore, "write", full)
    with pytest.raises(ConfigError, match="no space"):
        session.id_token()


def test_many_processes_that_need_a_renewal_at_once_make_one(issuer: Issuer, here: Places, tmp_path: Path) -> None:
    profile = issuer.profile()
    spawn = multiprocessing.get_context("spawn")
    barrier, results = spawn.Barrier(PROCESSES + 1), spawn.SimpleQueue()
    workers = [
        spawn.Process(target=ask_each_round, args=(profile, str(tmp_path), ROUNDS, barrier, results), daemon=True)
        for _ in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    for round_ in range(ROUNDS):
        keep_sign_in(profile, here, ENVIRON, issuer.tokens(good_for=0))
        issuer.asked.clear()
        barrier.wait(60)
        answers = {results.get() for _ in workers}
        barrier.wait(60)
        assert answers == {kept(here).tokens.id_token}, f"round {round_}"
        assert issuer.asked == {"/oauth2/token": 1}, f"round {round_}"
    for worker in workers:
        worker.join(10)


def test_without_the_lock_two_renewals_lose_the_sign_in(
    issuer: Issuer, here: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attack on our own lock: shows that the test above proves the lock, not luck."""
    monkeypatch.setattr(session_module, "sign_in_lock", lambda *_: nullcontext())
    signed_in(issuer, here, good_for=0)
    issuer.delay = 0.3
    failures = []

    def ask() -> None:
        try:
            open_session(issuer.profile(), here, ENVIRON).id_token()
        except SignInNeeded as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures


def test_threads_that_share_a_session_renew_it_once(issuer: Issuer, here: Places) -> None:
    session = signed_in(issuer, here, good_for=0)
    issuer.delay = 0.1
    found = []
    threads = [threading.Thread(target=lambda: found.append(session.aws_credentials())) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({credentials.access_key_id for credentials in found}) == 1
    assert len(found) == 20
    assert set(issuer.asked.values()) == {1}


def test_a_lock_that_is_never_released_is_named(issuer: Issuer, here: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    session = signed_in(issuer, here, good_for=0)
    monkeypatch.setattr(session_module, "LOCK_LIMIT", 0.05)
    with (
        session_module.sign_in_lock(here, issuer.profile()),
        pytest.raises(RunLocked, match=r"test\.lock has been locked"),
    ):
        session.id_token()


def test_a_revoked_sign_in_asks_for_a_new_one_with_the_command_to_type(issuer: Issuer, here: Places) -> None:
    session = signed_in(issuer, here, good_for=0)
    issuer.live_refresh_tokens.clear()
    with pytest.raises(
        SignInNeeded, match=r"sign-in of ann@example.org is over.*photobak --profile test login"
    ) as caught:
        session.id_token()
    assert caught.value.exit_code == 4


def test_a_cloud_that_fails_doesnt_end_the_sign_in(issuer: Issuer, here: Places) -> None:
    session = signed_in(issuer, here, good_for=0)
    issuer.failing_with = 503
    with pytest.raises(CloudError, match="HTTP 503") as caught:
        session.id_token()
    assert caught.value.exit_code == 1
    assert issuer.asked["/oauth2/token"] > 1, "a passing fault is tried again"
    issuer.failing_with = None
    assert session.id_token()


def test_a_cloud_that_isnt_there_is_named_and_not_the_token(here: Places) -> None:
    gone = Issuer()
    with gone.running():
        pass
    session = signed_in(gone, here, good_for=0)
    with pytest.raises(CloudError, match=r"127\.0\.0\.1:\d+ doesn't answer") as caught:
        session.id_token()
    assert kept(here).tokens.refresh_token not in repr(caught.value)


def test_another_persons_token_is_not_taken(issuer: Issuer, here: Places) -> None:
    session = signed_in(issuer, here, good_for=0)
    issuer.subject = "somebody-else"
    with pytest.raises(Exception, match="it is another person's"):
        session.id_token()


def test_the_identity_is_asked_for_once_and_kept(issuer: Issuer, here: Places) -> None:
    first = signed_in(issuer, here).identity_id
    assert first == open_session(issuer.profile(), here, ENVIRON).identity_id
    assert issuer.asked == {"AWSCognitoIdentityService.GetId": 1}


def test_credentials_are_kept_until_five_minutes_before_their_end(issuer: Issuer, here: Places) -> None:
    issuer.lifetime = 3600
    first = signed_in(issuer, here).aws_credentials()
    store = FileStore.of(here, "test")

    def at(later: float) -> Session:
        return Session(issuer.profile(), here, store, now=lambda: time.time() + later)

    assert at(3200).aws_credentials() == first
    assert at(3301).aws_credentials() != first


def test_a_token_that_the_identity_pool_refuses_is_renewed_once(issuer: Issuer, here: Places) -> None:
    session = signed_in(issuer, here)
    issuer.revoked_id_tokens.add(session.id_token())
    assert session.aws_credentials()
    assert issuer.asked["/oauth2/token"] == 1


def test_a_sign_in_revoked_elsewhere_is_noticed_before_its_token_ends(issuer: Issuer, here: Places) -> None:
    session = signed_in(issuer, here)
    issuer.revoked_id_tokens.add(session.id_token())
    issuer.live_refresh_tokens.clear()
    with pytest.raises(SignInNeeded, match="is over"):
        session.aws_credentials()


def test_what_another_person_left_is_not_used_after_a_new_sign_in(issuer: Issuer, here: Places) -> None:
    signed_in(issuer, here).aws_credentials()
    issuer.subject = "somebody-else"
    signed_in(issuer, here)
    assert (kept(here).identity_id, kept(here).credentials) == (None, None)


def test_a_profile_on_aws_stays_one_persons(issuer: Issuer, here: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cognito, "_user_pools", lambda profile: issuer.url)
    aws = issuer.profile(endpoint_url=None)
    keep_sign_in(aws, here, ENVIRON, issuer.tokens())
    keep_sign_in(aws, here, ENVIRON, issuer.tokens())
    mine = kept(here)
    issuer.subject = "somebody-else"
    theirs = issuer.tokens()
    with pytest.raises(WrongUsage, match=r"profile test is ann@example\.org's.*photobak logout first"):
        keep_sign_in(aws, here, ENVIRON, theirs)
    assert kept(here) == mine
    assert theirs.refresh_token not in issuer.live_refresh_tokens


def test_sign_out_revokes_then_forgets(issuer: Issuer, here: Places) -> None:
    session = signed_in(issuer, here)
    session.sign_out()
    assert not issuer.live_refresh_tokens
    assert FileStore.of(here, "test").read() is None
    with pytest.raises(SignInNeeded, match="nobody is signed in"):
        session.id_token()
    session.sign_out()
    assert issuer.asked == {"AWSCognitoIdentityProviderService.RevokeToken": 1}


def test_sign_out_forgets_even_where_it_cant_revoke_and_says_so(issuer: Issuer, here: Places) -> None:
    session = signed_in(issuer, here)
    issuer.failing_with = 400
    with pytest.raises(CloudError, match="forgotten here, but couldn't be revoked"):
        session.sign_out()
    assert FileStore.of(here, "test").read() is None


def test_a_sign_in_warns_from_a_fortnight_before_its_end(issuer: Issuer, here: Places) -> None:
    day = 86400

    def warning(days_ago: float) -> str:
        keep_sign_in(issuer.profile(), here, ENVIRON, issuer.tokens(signed_in_at=int(time.time() - days_ago * day)))
        return open_session(issuer.profile(), here, ENVIRON).warning()

    assert warning(350.9) == ""
    assert "ends in 13 days. Renew it: photobak --profile test login" in warning(351.5)
    assert "ends in 1 day." in warning(363.5)
    assert "ends today." in warning(364.5)
    assert "ends today." in warning(400)


def test_the_end_of_a_sign_in_is_its_beginning_and_the_pools_days(issuer: Issuer, here: Places) -> None:
    session = signed_in(issuer, here, signed_in_at=0)
    assert session.ends_at() == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=365)


def test_the_command_to_type_names_the_profile_where_it_must(issuer: Issuer, here: Places) -> None:
    aws = issuer.profile("aws", endpoint_url=None)
    save_profile(here, aws)
    assert login_command(here, aws) == "photobak login"
    assert login_command(here, issuer.profile("nas", endpoint_url=None)) == "photobak --profile nas login"
    assert login_command(here, issuer.profile("local")) == "photobak --profile local login (or photobak local up)"
