"""What a sign-in costs: ``python -m tests.bench.sign_in``.

A command whose sign-in is valid (what cron jobs and scripts pay each time), beside the AWS CLI printing a key that it
only has to read from a file; and twenty processes that need a renewal at the same moment.
"""

import multiprocessing
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.command_line import PHOTOBAK, environ_of
from support.issuer import Issuer
from support.refreshing import ask_each_round

from photobak.client.account.session import keep_sign_in, open_session
from photobak.client.places import places
from photobak.client.profile import save_profile
from tests.bench.measure import Command, measure

PROCESSES = 20
ROUNDS = 100


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="bench-sign-in-") as folder, Issuer().running() as issuer:
        home = Path(folder)
        print(valid(issuer, home), "\n")
        print(renewals(issuer, home))


def valid(issuer: Issuer, home: Path) -> str:
    """``photobak credentials`` and the AWS CLI's own command of the same kind."""
    here = places(environ_of(home))
    save_profile(here, issuer.profile())
    keep_sign_in(issuer.profile(), here, {}, issuer.tokens())
    open_session(issuer.profile(), here, {}).aws_credentials()
    issuer.asked.clear()
    keys = home / "keys"
    keys.write_text("[default]\naws_access_key_id = AKIA0\naws_secret_access_key = x\n")
    environ = environ_of(home, AWS_SHARED_CREDENTIALS_FILE=str(keys))
    start = ["env", "-i", *(f"{name}={value}" for name, value in environ.items())]
    aws = [str(Path(PHOTOBAK).with_name("aws")), "configure", "get", "aws_secret_access_key"]
    found = measure(
        Command("photobak credentials", [*start, PHOTOBAK, "credentials"]),
        Command("aws configure get", [*start, *aws]),
        rounds=9,
    )
    return f"{found.table('valid sign-in')}\nrequests made: {issuer.asked.total()}"


def renewals(issuer: Issuer, home: Path) -> str:
    """Rounds in which all processes find the same token too old."""
    spawn = multiprocessing.get_context("spawn")
    barrier, results = spawn.Barrier(PROCESSES + 1), spawn.SimpleQueue()
    arguments = (issuer.profile(), str(home / "photobak"), ROUNDS, barrier, results)
    workers = [spawn.Process(target=ask_each_round, args=arguments, daemon=True) for _ in range(PROCESSES)]
    for worker in workers:
        worker.start()
    took, failed, requests = [], 0, 0
    for _ in range(ROUNDS):
        keep_sign_in(issuer.profile(), places(environ_of(home)), {}, issuer.tokens(good_for=0))
        issuer.asked.clear()
        barrier.wait()
        began = time.perf_counter()
        answers = [results.get() for _ in workers]
        took.append(time.perf_counter() - began)
        barrier.wait()
        failed += sum("Error" in answer or "Needed" in answer for answer in answers)
        requests += issuer.asked["/oauth2/token"]
    return (
        f"{PROCESSES} processes, {ROUNDS} rounds: {requests} refreshes, {failed} failures, "
        f"median {median(took) * 1000:.0f} ms until all have a token (worst {max(took) * 1000:.0f} ms)"
    )


if __name__ == "__main__":
    main()
