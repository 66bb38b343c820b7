"""The poster function, as the functions call it that store and repair videos."""

import json
from typing import TYPE_CHECKING, Any, Final

from photobak.cloud.store.uploads import Upload
from photobak.photo.media_type import MediaType
from photobak.photo.preview import Previews

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

_URL_SECONDS: Final = 120
"""Longer than the function may run (``PosterFunction`` in the template)."""


class PosterFailed(Exception):
    """The function crashed, ran out of memory or out of time."""


class Posters:
    """The poster function of one stack."""

    def __init__(self, s3: "S3Client", lambda_: "LambdaClient", function: str) -> None:
        self._s3 = s3
        self._lambda = lambda_
        self._function = function

    def make(self, upload: Upload, media_type: MediaType) -> Previews | str:
        """Make the previews of a video; returns the reason, for a person, if there are none.

        Raises:
            PosterFailed: the function failed on it, which may be the video's fault or not.
        """
        url = self._s3.generate_presigned_url(
            "get_object", Params={"Bucket": upload.bucket, "Key": upload.object_key}, ExpiresIn=_URL_SECONDS
        )
        event = {"url": url, "size": upload.size, "filename": f"video.{media_type.extension}"}
        answer = self._lambda.invoke(FunctionName=self._function, Payload=json.dumps(event))
        said: Any = json.load(answer["Payload"])
        if answer.get("FunctionError"):
            raise PosterFailed(f"the poster function failed: {said.get('errorType')}: {said.get('errorMessage')}")
        return said["reason"] if "reason" in said else Previews.from_json(said["previews"])
