"""Starts the local stack, and creates a signed-in profile for each of its accounts."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from photobak.cli.ui.context import Context, require_session
from photobak.cli.ui.stack import profile_of
from photobak.cli.ui.terminal import plural, say
from photobak.client.account.session import Session, keep_sign_in, open_session
from photobak.client.account.tokens.file import FileStore
from photobak.client.profile import Profile, load_profile, profile_names, remove_profile, save_profile
from photobak.errors import PhotobakError, SignInNeeded
from photobak.platform.private_files import private_folder

if TYPE_CHECKING:
    from photobak.local.values import LocalAccount, LocalStack

PROFILE = "local"


def session_or_local_stack(context: Context) -> Session:
    """Open the session. If there is no profile, or its local stack is down, start the local stack first.

    Raises:
        LocalStackError: the local stack cannot be started.
        SignInNeeded, ConfigError: as ``require_session``.
    """
    profile = load_profile(context.places, context.profile)
    if profile is None:
        say("No cloud is set up yet; using the local stack on this machine. To use AWS, run: photobak deploy")
        start_local_stack(context)
    elif profile.is_local and (stack := _running(context)) is None:
        if not context.quiet:
            say("Starting the local stack.")
        start_local_stack(context)
    elif profile.is_local and stack is not None and stack.items_lost:  # a rebuild was cut off
        start_local_stack(context)
    return require_session(context)


def is_down(context: Context, profile: Profile) -> bool:
    """Whether a profile's cloud is the local stack, and that is not running."""
    return profile.is_local and _running(context) is None


def why_stopped(context: Context) -> str:
    """Why the local stack has stopped, in a few words; "" where it runs, is not in use, or nobody knows."""
    from photobak.local.running import running, why_stopped

    try:
        profile = load_profile(context.places, context.profile)
        if profile is None or not profile.is_local or running(local_home(context)) is not None:
            return ""
    except PhotobakError:  # the error at hand is the one to tell of
        return ""
    return why_stopped(local_home(context))


def local_home(context: Context) -> Path:
    """The folder of the local stack."""
    return private_folder(context.places.state) / "local"


def start_local_stack(context: Context) -> "LocalStack":
    """Start the local stack, and sign in its accounts."""
    from photobak.local.lifecycle import up
    from photobak.local.values import Step

    def tell(step: Step) -> None:
        if not context.quiet:
            say(f"  {step.value} …")

    stack = up(local_home(context), tell)
    profiles = [sign_in_local_account(context, stack, account) for account in stack.accounts]
    if stack.items_lost:
        _rebuild_records(context, profiles)
    return stack


def _rebuild_records(context: Context, profiles: "list[Profile]") -> None:
    """Make the records anew from the bucket, after the tables' file was found damaged."""
    from photobak.client.index.file import index_path, run_lock
    from photobak.client.index.index import Index
    from photobak.client.repair.judge import RepairResult
    from photobak.client.repair.repairer import Repairer
    from photobak.local.lifecycle import items_are_rebuilt

    say("The local stack's tables were damaged. Rebuilding the records from the bucket …")
    rebuilt = failed = 0
    for profile in profiles:
        index_file = index_path(context.places, profile)
        with run_lock(context.places, profile), Index.open(index_file) as index:
            for outcome in Repairer(open_session(profile, context.places), index, None).repair():
                rebuilt += outcome.result is RepairResult.REPAIRED
                failed += outcome.result is RepairResult.FAILED
    items_are_rebuilt(local_home(context))
    say(f"{plural(rebuilt, 'record')} rebuilt" + (f", {failed} not: photobak repair" if failed else ""))


def sign_in_local_account(context: Context, stack: "LocalStack", account: "LocalAccount") -> Profile:
    """Write the profile of a local account, and sign it in if it is not."""
    from photobak.client.account.sign_in.hosted_ui import sign_in_local

    profile = _profile(stack, account)
    known = profile.name in profile_names(context.places)
    before = load_profile(context.places, profile.name) if known else None
    if profile != before:
        save_profile(context.places, profile)
    # After a reset there is another user pool, for which the earlier sign-in is not valid.
    same_pool = before is not None and before.user_pool_id == profile.user_pool_id
    if same_pool and _signed_in(context, profile):
        open_session(profile, context.places).forget_credentials()
    else:
        tokens = sign_in_local(profile, account.username, account.password)
        keep_sign_in(profile, context.places, os.environ, tokens)
    return profile


def forget_local_profiles(context: Context) -> None:
    """Remove the profiles of a deleted local stack, with their sign-ins and indexes."""
    for name in profile_names(context.places):
        profile = load_profile(context.places, name)
        if profile is not None and profile.is_local:
            FileStore.of(context.places, name).remove()
            forget_profile(context, profile)


def forget_profile(context: Context, profile: Profile) -> None:
    """Remove a profile and its index, after its photos were deleted."""
    from photobak.client.index.file import index_path

    index_path(context.places, profile).unlink(missing_ok=True)
    remove_profile(context.places, profile.name)


def _profile(stack: "LocalStack", account: "LocalAccount") -> Profile:
    """``local`` for the owner, ``local-NAME`` for others."""
    name = PROFILE if account == stack.accounts[0] else f"{PROFILE}-{account.name}"
    return profile_of(name, stack.outputs, account.username)


def _running(context: Context) -> "LocalStack | None":
    from photobak.local.running import running

    return running(local_home(context))


def _signed_in(context: Context, profile: Profile) -> bool:
    try:
        open_session(profile, context.places).id_token()
    except SignInNeeded:
        return False
    return True
