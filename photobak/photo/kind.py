"""The three kinds of file that are backed up."""

from enum import StrEnum


class Kind(StrEnum):
    """What a file is to a person. All three are backed up; only photos have previews."""

    PHOTO = "photo"
    VIDEO = "video"
    SIDECAR = "sidecar"
