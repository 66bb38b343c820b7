"""``photobak destroy``: remove the cloud from an AWS account; delete the photos only if confirmed twice."""

from typing import TYPE_CHECKING

import click

from photobak.cli.ui.context import Context, pass_context
from photobak.cli.ui.stack import STACK_NAME, Follower, chosen_target, show_kept
from photobak.cli.ui.terminal import bytes_text, plural, say
from photobak.errors import WrongUsage

if TYPE_CHECKING:
    from photobak.stack.change_set import Adopted
    from photobak.stack.target import Target


@click.command(name="destroy", short_help="Remove the cloud from your AWS account; photos are kept.")
@click.option(
    "--region", metavar="REGION", help="AWS region, such as eu-central-1 (default: from the AWS configuration)."
)
@click.option("--stack-name", metavar="NAME", default=STACK_NAME, show_default=True, help="The stack to remove.")
@click.option("--confirm", metavar="NAME", help="Confirm with the name of the stack, instead of being asked.")
@click.option("--delete-photos", is_flag=True, help="Also delete all photos, permanently; asks separately.")
@click.option(
    "--confirm-photos", metavar="N", type=int, help="Confirm with the number of photos, instead of being asked."
)
@pass_context
def command(
    context: Context,
    region: str | None,
    stack_name: str,
    confirm: str | None,
    delete_photos: bool,
    confirm_photos: int | None,
) -> None:
    """Remove the cloud's functions, APIs and queues from your AWS account.

    Photos, records and user accounts are kept, and their storage still costs money. `photobak deploy` adopts them.

    \b
    Examples:
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
        say(f"Removed the stack {stack_name}.")
    elif not delete_photos:
        raise WrongUsage(
            f"there is no stack {stack_name} in {target.region}", next_step="Check --stack-name and --region"
        )
    if delete_photos:
        _delete_photos(context, target, stack_name, confirm_photos)
    else:
        say("Photos, records and user accounts are kept; photobak deploy adopts them again.")


def _confirm_stack(target: "Target", stack_name: str, confirm: str | None) -> None:
    from photobak.stack.retained import find_retained

    say("These are kept, with their contents:")
    show_kept(find_retained(target, stack_name))
    say("Functions, APIs, queues, logs and the sign-in page are removed. Uploads fail until you deploy again.")
    _typed(f"Type the name of the stack ({stack_name}) to remove it", stack_name, confirm)


def _delete_photos(context: Context, target: "Target", stack_name: str, confirm: int | None) -> None:
    from photobak.stack.retained import contents, delete_kept, find_retained

    kept = find_retained(target, stack_name)
    count, size = contents(target, kept)
    say(f"This permanently deletes {plural(count, 'original')} ({bytes_text(size)}), all records and all accounts.")
    say("Nobody can restore them, not even AWS.")
    _typed(f"Type the number of photos ({count}) to delete them", str(count), None if confirm is None else str(confirm))
    delete_kept(target, stack_name, kept)
    _forget_profiles(context, kept)
    say("Deleted everything.")


def _forget_profiles(context: Context, kept: "tuple[Adopted, ...]") -> None:
    """Remove the profiles of the deleted user pool."""
    from photobak.cli.ui.local_stack import forget_profile
    from photobak.client.profile import load_profile, profile_names

    pools = {one.identifier.get("UserPoolId") for one in kept}
    for name in profile_names(context.places):
        profile = load_profile(context.places, name)
        if profile is not None and profile.user_pool_id in pools:
            forget_profile(context, profile)


def _typed(question: str, wanted: str, given: str | None) -> None:
    """Ask for a word, and refuse anything else."""
    typed = given if given is not None else click.prompt(question, err=True)
    if typed != wanted:
        raise WrongUsage(f"{typed!r} is not {wanted!r}", next_step="Nothing was removed")
