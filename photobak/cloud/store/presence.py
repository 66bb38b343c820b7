"""Which of many objects are there: one page of the bucket's listing tells it of all that lie side by side."""

from collections.abc import Collection
from os.path import commonprefix
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_WORTH_A_PAGE: Final = 8
"""Keys; fewer are asked for one by one at less cost."""
_LONGEST_PAGE: Final = 1_000
"""Keys that ListObjectsV2 gives at most (S3 API reference)."""


def seen_together(s3: "S3Client", bucket: str, keys: Collection[str]) -> dict[str, bool]:
    """Tell of each key whether its object is there, and no delete marker hides it, as far as one page goes.

    The page begins at the first key and is twice as long as there are keys: whoever names keys that lie far apart is
    told of few of them, and can't have a whole bucket listed.

    Args:
        s3: a client that may list the bucket.
        bucket: its name.
        keys: all of one person and of one kind.

    Returns:
        Nothing of those that lie beyond the page.
    """
    wanted = sorted(set(keys))
    if len(wanted) < _WORTH_A_PAGE:
        return {}
    page = s3.list_objects_v2(
        Bucket=bucket,
        Prefix=commonprefix(wanted),  # noqa: RUF071 - of characters is meant: an S3 prefix may end anywhere
        StartAfter=wanted[0][:-1],
        MaxKeys=min(2 * len(wanted), _LONGEST_PAGE),
    )
    listed = {entry["Key"] for entry in page.get("Contents", [])}
    end = max(listed, default="") if page["IsTruncated"] else wanted[-1]
    return {key: key in listed for key in wanted if key <= end}
