"""Files that were moved, renamed, edited or deleted: the places in the records of their contents follow."""

import os
from collections import defaultdict
from collections.abc import Sequence

from photobak.client.announce import announce_all
from photobak.client.candidate import Candidate
from photobak.client.index import Index, KnownFile
from photobak.client.scan import Root
from photobak.client.select import Selection
from photobak.client.session import Session
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST, MAX_SOURCES_A_PHOTO, Announcement


class GoneFiles:
    """Collects places where contents lie no more, though the index still says so, or said so before this run."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._visited: set[str] = set()
        self._gone: dict[str, list[KnownFile]] = defaultdict(list)
        """By root, as it was given."""
        self._held: set[str] = set()
        """The roots below which there is any file."""
        self._before: list[KnownFile] = []

    def note(self, selection: Selection) -> None:
        """Take over what one folder misses."""
        folder, root = selection.listing.folder, str(selection.listing.root.path)
        self._visited.add(folder)
        self._gone[root] += selection.gone
        self._before += selection.before
        if selection.listing.files:
            self._held.add(root)

    def of(self, roots: Sequence[Root]) -> list[KnownFile]:
        """All that is gone below these roots, whole folders included, and what has been replaced by an edit.

        Where a root is there and nothing is left in it, a disk is not mounted, more likely than not: what the index
        knows of it stays, so that it need not be read again when it is back.
        """
        for root in roots:
            if root.names is None and str(root.path) in self._held:
                for folder in self._index.folders_below(str(root.path)):
                    if folder not in self._visited:
                        self._gone[str(root.path)] += self._missing(folder)
        return [file for root in self._held for file in self._gone[root]] + self._edited()

    def _missing(self, folder: str) -> list[KnownFile]:
        """The files of a folder that was not visited; it may be there all the same, unreadable or excluded."""
        files = self._index.files(folder, self._index.fingerprints(folder))
        return [file for file in files if not os.path.lexists(file.path)]

    def _edited(self) -> list[KnownFile]:
        """Changed files whose path has another content now, which the cloud or at least S3 has."""
        now = [(file, self._index.file(file.folder, file.name)) for file in self._before]
        return [file for file, after in now if after and after.sha256 != file.sha256]


def tell_moves(session: Session, index: Index, gone: Sequence[KnownFile]) -> None:
    """Take these places out of the records of contents that lie elsewhere too, and forget the paths.

    A content that lies nowhere any more keeps its last place: the backup remembers where it was.

    Raises:
        CloudError, SignInNeeded: nothing is forgotten, the next run tells it again.
    """
    announcements, done_with = _announcements(index, gone)
    for start in range(0, len(announcements), MAX_PHOTOS_A_REQUEST):
        announce_all(session, announcements[start : start + MAX_PHOTOS_A_REQUEST])
    if done_with:
        index.forget(done_with)


def _announcements(index: Index, gone: Sequence[KnownFile]) -> tuple[list[Announcement], list[KnownFile]]:
    """What to tell the cloud, and which paths can be forgotten then.

    The places of a content that lies elsewhere, but is yet to be confirmed there, are told another time.
    """
    by_content: dict[str, list[KnownFile]] = defaultdict(list)
    for file in gone:
        by_content[file.sha256].append(file)
    announcements, done_with = [], []
    for sha256, files in by_content.items():
        paths = {file.path for file in files}
        left = [place for place in index.places(sha256) if place.path not in paths]
        if left and not left[0].status.kept:
            continue
        leaving = sorted({file.source for file in files} - {place.source for place in left}) if left else []
        told, later = leaving[:MAX_SOURCES_A_PHOTO], leaving[MAX_SOURCES_A_PHOTO:]
        if told:
            announcements.append(Candidate.pending(left[0]).announcement((left[0].source,), tuple(told)))
        done_with += [file for file in files if file.source not in later]
    return announcements, done_with
