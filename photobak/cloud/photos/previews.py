"""Makes the previews of an upload, or says why there are none."""

from collections.abc import Callable

from photobak.cloud.store.objects import PhotoBucket
from photobak.cloud.store.uploads import Upload
from photobak.photo.keys import TempKey, thumb_key, web_key
from photobak.photo.media_type import MediaType
from photobak.photo.preview import Previews, UndecodableImage, make_previews

Previewer = Callable[[Upload, MediaType], Previews | str]
"""Makes the previews of a photo, or says why there are none."""


def previews_of(upload: Upload, media_type: MediaType) -> Previews | str:
    """Make both previews; the reason, for a person, where that can't be done."""
    if upload.path is None:
        return f"{upload.size // 1_000_000} MB are more than a preview is made of"
    try:
        return make_previews(upload.path, media_type)
    except UndecodableImage as error:
        return error.why


def keep_previews(bucket: PhotoBucket, key: TempKey, previews: Previews) -> None:
    """Put both previews of a photo into the bucket."""
    bucket.keep_preview(thumb_key(key.identity_id, key.sha256), previews.thumb)
    bucket.keep_preview(web_key(key.identity_id, key.sha256), previews.web)
