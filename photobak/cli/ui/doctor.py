"""What ``doctor`` checks besides the client's own checks: profile, schedule, backup, and the stack in AWS."""

import os
import time
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from photobak.cli.ui.context import Context
from photobak.client.doctor.check import Check, Result, Wrong, run
from photobak.errors import PhotobakError, ScheduleError

if TYPE_CHECKING:
    from photobak.client.profile import Profile

_INSTALL = "photobak schedule install"


def examine(context: Context) -> Iterator[Result]:
    """Make all checks that apply."""
    from photobak.client.account.session import open_session
    from photobak.client.doctor.cloud import cloud_checks
    from photobak.client.doctor.machine import machine_checks

    found: list[Profile] = []

    def profile_check() -> str:
        from photobak.client.profile import load_profile

        profile = load_profile(context.places, context.profile)
        if profile is None:
            raise Wrong("no cloud is set up yet", "photobak setup")
        found.append(profile)
        return f"{profile.name}, {'on this machine' if profile.is_local else profile.region}"

    yield from run([Check("profile", profile_check, "photobak config edit")])
    profile = found[0] if found else None
    yield from run(machine_checks(context.places, profile))
    yield from run([Check("schedule", lambda: _schedule(context), _INSTALL)])
    if profile is None:
        return
    try:
        session = open_session(profile, context.places)
    except PhotobakError as error:
        yield Result("keyring", False, str(error), "unset PHOTOBAK_TOKEN_STORE")
        return
    yield from run(cloud_checks(context.places, profile, session))
    yield from run([Check("backup", lambda: _backup(context, profile), "photobak sync")])
    yield from _stack(profile)


def _schedule(context: Context) -> str:
    """Whether the scheduler still has the entry, can sign in, and has run it."""
    from photobak.cli.ui.schedule import job_name, sign_in_at_night
    from photobak.client.index.health import schedule_findings
    from photobak.client.scheduled import read_schedule
    from photobak.platform.scheduler.choice import schedulers

    name, _ = job_name(context)
    known = read_schedule(context.places, name)
    if known is None:
        return "not installed; to back up every night: photobak schedule install"
    scheduler = next((each for each in schedulers() if each.name == known.scheduler), None)
    if scheduler is None or scheduler.problem() or not scheduler.installed(name):
        raise Wrong(f"{known.scheduler} has no entry of photobak", _INSTALL)
    try:
        sign_in_at_night(context, known.scheduler)
    except ScheduleError as error:
        raise Wrong(error.why, "PHOTOBAK_TOKEN_STORE=file photobak login") from error
    now = datetime.now().astimezone()
    for finding in schedule_findings(known, now):
        raise Wrong(finding.what, "photobak schedule run --now")
    return f"every day at {known.at} with {known.scheduler}, next on {known.next_run(now):%Y-%m-%d at %H:%M}"


def _backup(context: Context, profile: "Profile") -> str:
    """What the index says of the last runs."""
    from photobak.client.index.file import index_path
    from photobak.client.index.health import Facts, findings
    from photobak.client.index.index import Index

    path = index_path(context.places, profile)
    if not path.exists():
        return "nothing is backed up yet"
    with Index.open(path) as index:
        facts = Facts.of(index)
    for finding in findings(facts, time.time()):
        raise Wrong(finding.what, finding.next_step)
    return "the last run backed up everything"


def _stack(profile: "Profile") -> Iterator[Result]:
    """The stack in AWS, if there are AWS credentials: is it of this version, and has it room?"""
    if not _has_credentials_for(profile):
        return
    from photobak.stack.aws_errors import aws_errors
    from photobak.stack.preflight import MOST_UPLOADS, open_session, upload_concurrency
    from photobak.stack.target import Target

    name, target = _stack_name(profile), Target(open_session(profile.region))
    deploy = _deploy(profile, name)

    def template() -> str:
        from photobak.stack.progress import is_new, stack_of
        from photobak.stack.template import read_template, template_text

        if is_new(stack_of(target, name)):
            raise Wrong(f"there is no stack {name} in {profile.region}", deploy)
        with aws_errors(f"the template of the stack {name} can't be read"):
            deployed = target.client("cloudformation").get_template(StackName=name)["TemplateBody"]
        if read_template(str(deployed)) != read_template(template_text()):
            raise Wrong(f"the template of the stack {name} is of another version of photobak", deploy)
        return f"the template of the stack {name} is of this version"

    def quota() -> str:
        uploads = upload_concurrency(target)
        if uploads < MOST_UPLOADS:
            detail = f"the account processes {uploads} uploads at once; AWS raises the quota for free"
            raise Wrong(detail, f"aws service-quotas request-service-quota-increase --region {profile.region} "
                        "--service-code lambda --quota-code L-B99A9384 --desired-value 1000")  # fmt: skip
        return f"{uploads} uploads are processed at once"

    yield from run([Check("template", template, deploy), Check("quotas", quota)])


def _has_credentials_for(profile: "Profile") -> bool:
    """Whether AWS's variables are meant for this cloud: AWS itself, or the server that they name in its place."""
    if not any(name in os.environ for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ROLE_ARN")):
        return False
    return (os.environ.get("AWS_ENDPOINT_URL") or "").rstrip("/") == (profile.endpoint_url or "").rstrip("/")


def _stack_name(profile: "Profile") -> str:
    """The stack's name, which begins the bucket's (photobak/stack/template.yaml)."""
    return profile.bucket.rpartition("-photos-")[0]


def _deploy(profile: "Profile", stack_name: str) -> str:
    """The command that brings the stack up to date, and keeps its profile."""
    from photobak.cli.ui.stack import STACK_NAME

    chosen = "" if profile.name == stack_name else f" --profile {profile.name}"
    named = "" if stack_name == STACK_NAME else f" --stack-name {stack_name}"
    return f"photobak{chosen} deploy --region {profile.region}{named}"
