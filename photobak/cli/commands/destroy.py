"""``photobak destroy``: removes the cloud from an AWS account, and keeps the photos unless told otherwise, twice."""

from typing import TYPE_CHECKING

import click

from photobak.cli.ui.context import Context, pass_context
from photobak.cli.ui.stack import STACK_NAME, Follower, chosen_target, show_kept
from photobak.cli.ui.terminal import bytes_text, plural, say
from photobak.errors import WrongUsage

if TYPE_CHECKING:
    from photobak.stack.change_set import Adopted
    from photobak.stack.target import Target


@click.command(name="destroy", short_help="Remove the cloud from your AWS account; the photos stay.")
@click.option("--region", metavar="REGION", help="Such as eu-central-1; default: as for every AWS tool.")
@click.option("--stack-name", metavar="NAME", default=STACK_NAME, show_default=True, help="The stack to remove.")
@click.option("--confirm", metavar="NAME", help="Don't ask: the stack's name once more.")
@click.option("--delete-photos", is_flag=True, help="Delete the photos too, for good; asked for apart.")
@click.option("--confirm-photos", metavar="N", type=int, help="Don't ask: how many photos are deleted.")
@pass_context
def command(
    context: Context,
    region: str | None,
    stack_name: str,
    confirm: str | None,
    delete_photos: bool,
    confirm_photos: int | None,
) -> None:
    """Remove functions, APIs and queues from your AWS account.

    Photos, records and accounts stay, and cost their storage; `photobak deploy` takes them over again.

    \b
      photobak destroy
      photobak destroy --delete-photos
    """
    from photobak.stack.progress import GOES_ON, stack_of
    from photobak.stack.retained import destroy

    target = chosen_target(context, region)
    if stack_of(target, stack_name) is not None:
        _confirm_stack(target, stack_name, confirm)
        follower = Follower(context.quiet)
        try:
            destroy(target, stack_name, follower)
        except KeyboardInterrupt:
            say(GOES_ON)
            raise
        finally:
            follower.end()
        say(f"The stack {stack_name} is removed.")
    elif not delete_photos:
        raise WrongUsage(
            f"there is no stack {stack_name} in {target.region}", next_step="Look at --stack-name, --region"
        )
    if delete_photos:
        _delete_photos(context, target, stack_name, confirm_photos)
    else:
        say("Photos, records and accounts are still there: photobak deploy takes them over again.")


def _confirm_stack(target: "Target", stack_name: str, confirm: str | None) -> None:
    from photobak.stack.retained import find_retained

    say("These stay, with all that is in them:")
    show_kept(find_retained(target, stack_name))
    say("Functions, APIs, queues, logs and the sign-in page go. Nobody can upload until you deploy again.")
    _typed(f"Type the stack's name ({stack_name}) to remove it", stack_name, confirm)


def _delete_photos(context: Context, target: "Target", stack_name: str, confirm: int | None) -> None:
    from photobak.stack.retained import contents, delete_kept, find_retained

    kept = find_retained(target, stack_name)
    count, size = contents(target, kept)
    say(f"{plural(count, 'original')}, {bytes_text(size)}, with every earlier version, every record and every account:")
    say("these are deleted for good. Nobody can bring them back, AWS included.")
    _typed(f"Type the number of photos ({count}) to delete them", str(count), None if confirm is None else str(confirm))
    delete_kept(target, stack_name, kept)
    _forget_profiles(context, kept)
    say("Everything is deleted.")


def _forget_profiles(context: Context, kept: "tuple[Adopted, ...]") -> None:
    """Profiles of a pool that is no more would only fail."""
    from photobak.cli.ui.local_stack import forget_profile
    from photobak.client.profile import load_profile, profile_names

    pools = {one.identifier.get("UserPoolId") for one in kept}
    for name in profile_names(context.places):
        profile = load_profile(context.places, name)
        if profile is not None and profile.user_pool_id in pools:
            forget_profile(context, profile)


def _typed(question: str, wanted: str, given: str | None) -> None:
    """Let nothing through but the very word."""
    typed = given if given is not None else click.prompt(question, err=True)
    if typed != wanted:
        raise WrongUsage(f"{typed!r} is not {wanted!r}", next_step="Nothing has been removed.")
