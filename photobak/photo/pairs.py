"""Which files of a folder belong together, so that they lie side by side in every list and every restore.

A RAW beside its JPEG, a Live Photo's video, a sidecar, and an iPhone's edit (``IMG_E1234``) follow the photo whose stem
they share; a sidecar without a photo follows the video. Two pictures of one stem, such as JPEG and PNG, are two photos.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Final

from photobak.photo.capture_time import STATED, CaptureTime, beside
from photobak.photo.kind import Kind
from photobak.photo.media_type import HEIC, HEIF, JPEG, MOV, MP4, MediaType, is_raw

_APPLE_EDIT = re.compile(r"(?P<before>img_)[eo](?P<number>\d+)")
"""``IMG_E1234.JPG`` is the edit of ``IMG_1234.HEIC``, ``IMG_O1234.AAE`` the edit's recipe."""
_TAKEOUT_TAIL = re.compile(r"\.s[a-z-]*$")
_MORE_EXTENSIONS = re.compile(r"(\.(?=\d*[a-z])[a-z0-9]{2,4})+$")
"""``.jpg`` of ``img_1.jpg.xmp``; not ``.01`` of ``2024.01.xmp``."""
_CAMERA_FORMATS: Final = (HEIC, HEIF, JPEG)
"""Formats that a camera writes beside others, its preferred one first."""
_LONGEST_LIVE_VIDEO: Final = 5.0
"""Seconds. A Live Photo moves for three; a longer video of the same name is one that somebody took."""
_RAW_RANK: Final = len(_CAMERA_FORMATS) + 1


def family(name: str) -> str:
    """What the names of files that may belong together have in common: no file follows one of another family."""
    stem = _MORE_EXTENSIONS.sub("", _TAKEOUT_TAIL.sub("", _stem(name)))
    edit = _APPLE_EDIT.fullmatch(stem)
    return edit["before"] + edit["number"] if edit else stem


def leaders(files: Iterable[tuple[str, MediaType]]) -> dict[str, str]:
    """Which file of one folder each other one follows: follower's name → leader's name.

    Upper and lower case don't matter, nor does the order of the files. No leader follows another file.
    """
    types = dict(files)
    if len(types) < 2:
        return {}
    folder = _Folder(types)
    found = {name: folder.leader(name) for name in folder.types}
    return {name: leader for name, leader in found.items() if leader is not None}


def take_leaders_times(times: Mapping[str, CaptureTime], followed: Mapping[str, str]) -> dict[str, CaptureTime]:
    """The capture times of a folder's files after each follower took its leader's.

    What a file states itself is not given up for a guess: where only the follower's time is stated, both keep theirs.

    Args:
        times: each file's own capture time by name; a leader that is missing has no effect.
        followed: as ``leaders`` returned it.
    """
    resolved = dict(times)
    for follower, leader in followed.items():
        own, led = times.get(follower), times.get(leader)
        if own is not None and led is not None and not (own.source in STATED and led.source not in STATED):
            resolved[follower] = beside(led)
    return resolved


def live_videos(
    followed: Mapping[str, str],
    types: Mapping[str, MediaType],
    durations: Mapping[str, float | None],
    content_ids: Mapping[str, str | None],
) -> dict[str, str]:
    """The videos of one folder that are the moving half of a Live Photo: photo's name → video's name.

    Args:
        followed: as ``leaders`` returned it.
        types: of all files.
        durations: in seconds, of the videos that were read.
        content_ids: Apple's identifiers, of the files that were read.
    """
    return {
        photo: video
        for video, photo in followed.items()
        if types[photo] in _CAMERA_FORMATS
        and types[video] in (MOV, MP4)
        and _stem(photo) == _stem(video)
        and _is_live(durations.get(video), content_ids.get(photo), content_ids.get(video))
    }


def _is_live(duration: float | None, photo_id: str | None, video_id: str | None) -> bool:
    """Whether a video belongs to the photo of its name: Apple's identifier decides where both have one."""
    if photo_id and video_id:
        return photo_id == video_id
    return 0 < (duration or 0) <= _LONGEST_LIVE_VIDEO


class _Folder:
    """The files of one folder, found by name and by stem."""

    def __init__(self, types: dict[str, MediaType]) -> None:
        self.types = types
        leading = [name for name in types if types[name].kind is not Kind.SIDECAR]
        ranked = sorted(leading, key=lambda name: (_rank(types[name]), name), reverse=True)
        self._by_name = {name.casefold(): name for name in ranked}
        self._heads = {_stem(name): name for name in ranked}
        """The best file of each stem: the last one put in stays."""

    def leader(self, name: str) -> str | None:
        """The file that ``name`` follows, however many steps away."""
        followed = self._followed(name)
        return followed and (self.leader(followed) or followed)

    def _followed(self, name: str) -> str | None:
        if self.types[name].kind is Kind.SIDECAR:
            return self._described(name)
        head = self._heads[_stem(name)]
        if head != name and _rank(self.types[head]) < _RAW_RANK <= _rank(self.types[name]):
            return head
        return self._unedited(_stem(name))

    def _described(self, sidecar: str) -> str | None:
        """``IMG_1.JPG.xmp`` belongs to ``IMG_1.JPG``, and ``IMG_1.xmp`` to the best file of that stem."""
        whole = _TAKEOUT_TAIL.sub("", _stem(sidecar))
        return (
            self._by_name.get(whole)
            or self._heads.get(whole)
            or self._heads.get(PurePosixPath(whole).stem)
            or self._unedited(whole)
        )

    def _unedited(self, stem: str) -> str | None:
        edit = _APPLE_EDIT.fullmatch(stem)
        return self._heads.get(edit["before"] + edit["number"]) if edit else None


def _stem(name: str) -> str:
    return PurePosixPath(name).stem.casefold()


def _rank(media_type: MediaType) -> int:
    """0 to 2 the formats of cameras, 3 other pictures, 4 RAW, 5 videos."""
    if media_type.kind is Kind.VIDEO:
        return _RAW_RANK + 1
    if is_raw(media_type):
        return _RAW_RANK
    return _CAMERA_FORMATS.index(media_type) if media_type in _CAMERA_FORMATS else len(_CAMERA_FORMATS)
