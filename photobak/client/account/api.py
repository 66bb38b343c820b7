"""Our own HTTP API, called in the name of the signed-in person; its answers as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from photobak.client.account.session import Session
from photobak.client.profile import Profile, post_url_problem
from photobak.client.transport.answer import Answer, Fields
from photobak.client.transport.errors import clock_error, printable
from photobak.client.transport.http import send_json
from photobak.errors import CloudError, FreshSignInNeeded, SignInNeeded
from photobak.photo.deletion import Deletion
from photobak.photo.identity import is_sha256

_STEP_UP: Final = "insufficient_user_authentication"
"""RFC 9470, 3; in the problem document, too, since API Gateway renames ``WWW-Authenticate`` in some of its APIs."""


class CloudFailed(CloudError):
    """The cloud could not carry out a request, although there is nothing wrong with it."""


class UnknownRoute(CloudError):
    """The cloud is from before this route."""


@dataclass(frozen=True, slots=True)
class PresignedPost:
    """Where to send a file, and the form that goes with it (S3 API reference, "POST Object").

    Anyone who has it can upload, so it is never shown.
    """

    url: str = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PhotoAnswer:
    """What the API says of one photo."""

    sha256: str
    status: str
    """Such as ``stored``, ``trashed`` or ``upload``."""
    deletion: Deletion | None = None
    """Of a photo that its owner has deleted."""
    taken_at: str | None = None
    """Its capture time, where that was changed."""
    upload: PresignedPost | None = None
    """Where to send it, where it is wanted."""


def call(session: Session, route: str, content: object, *, method: str = "POST") -> Fields:
    """Make a repeatable request.

    Args:
        session: who asks.
        route: path below the API's address, with its leading slash.
        content: the body; None for none.
        method: ``GET``, ``POST`` or ``DELETE``.

    Returns:
        The answer's JSON object.

    Raises:
        CloudError: the API can't be reached, or refuses the request; with its own words.
        UnknownRoute: the API doesn't have the route.
        SignInNeeded: the session is not accepted.
        FreshSignInNeeded: the request needs a sign-in of the last minutes.
    """
    answer = send_json(method, session.profile.api_url + route, content, token=session.id_token())
    if answer.status == HTTPStatus.OK:
        return answer.json()
    if answer.status == HTTPStatus.UNAUTHORIZED and _said(answer, "error") == _STEP_UP:
        raise FreshSignInNeeded(
            "the cloud wants a fresh sign-in",
            why="many deletions or new dates in one day need a sign-in of the last minutes",
            next_step=f"Type: {session.login_command}, then repeat the command",
        )
    if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        what = "the cloud doesn't accept this sign-in"
        raise clock_error(what, answer.headers.text("Date")) or SignInNeeded(
            what, why=_detail(answer), next_step="Type: photobak login"
        )
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise CloudFailed(f"the cloud has failed on the request {route}", why=_detail(answer))
    if answer.status == HTTPStatus.NOT_FOUND and _said(answer, "detail") is None:  # API Gateway, not a function
        raise UnknownRoute(
            f"the cloud doesn't know the request {route}",
            why="it is older than this photobak",
            next_step="Type: photobak deploy",
        )
    raise CloudError(f"the cloud refuses the request {route}", why=_detail(answer))


@dataclass(frozen=True, slots=True)
class Changes:
    """What the change feed says."""

    hashes: tuple[str, ...]
    """The photos that have changed, oldest change first."""
    sequence: str
    """Up to where that is."""
    gap: bool
    """Whether something may be missing."""


def changes_since(session: Session, sequence: str) -> Changes:
    """Read the change feed.

    Args:
        session: who asks.
        sequence: of an earlier answer; "" for none.

    Raises:
        CloudError, SignInNeeded: as ``call``; also where the answer lacks something.
    """
    answer = call(session, f"/changes?{urlencode({'after': sequence})}", None, method="GET")
    hashes = tuple(each.text("sha256") for each in answer.objects("changes"))
    return Changes(
        hashes=tuple(sha256 for sha256 in hashes if is_sha256(sha256)),
        sequence=answer.text_or_none("sequence") or "",
        gap=answer.flag("gap"),
    )


def ask_of_photos(
    session: Session, route: str, photos: Sequence[Any], *, method: str = "POST", **more: str
) -> dict[str, PhotoAnswer]:
    """Ask one of the routes that take up to a hundred photos; the answers by SHA-256.

    Args:
        session: who asks.
        route: as of ``call``.
        photos: what is said of each photo; the route's own.
        method: as of ``call``.
        more: further fields of the request.

    Raises:
        CloudError, SignInNeeded: as ``call``; also where an answer lacks something.
    """
    answer = call(session, route, {"photos": list(photos), **more}, method=method)
    found = [_photo(entry, session.profile) for entry in answer.objects("photos")]
    return {each.sha256: each for each in found}


def _photo(entry: Fields, profile: Profile) -> PhotoAnswer:
    sha256 = entry.text("sha256")
    if not is_sha256(sha256):
        raise entry.wrong("sha256", "is no SHA-256")
    status = entry.text("status")
    return PhotoAnswer(
        sha256, status, _deletion(entry, status), entry.text_or_none("taken_at"), _post(entry, status, profile)
    )


def _deletion(entry: Fields, status: str) -> Deletion | None:
    if status not in ("trashed", "forgotten"):
        return None
    source = entry.text_or_none("deleted_from")
    until = entry.time_or_none("trashed_until") if status == "trashed" else None
    return Deletion(entry.time_or_none("deleted_at"), printable(source, 255) if source else None, until)


def _post(entry: Fields, status: str, profile: Profile) -> PresignedPost | None:
    """``POST /prep/photoupload`` has it in the photo itself, ``POST /photos/repair/objects`` in a field of its own."""
    given = entry.object_or_none("upload")
    if given is None and status == "upload":
        given = entry
    if given is None:
        return None
    url = given.text("url")
    if problem := post_url_problem(url, profile):
        raise given.wrong("url", f"can't be used: {problem}")
    return PresignedPost(url, given.texts("fields"))


def _detail(answer: Answer) -> str:
    """What the problem document says (RFC 9457), or the bare status."""
    return printable(_said(answer, "detail") or f"HTTP {answer.status}")


def _said(answer: Answer, name: str) -> Any:
    try:
        return answer.json().raw.get(name)
    except CloudError:
        return None
