"""Presigned POSTs: one for each upload, which takes these very bytes and no others."""

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from photobak.photo.keys import TempKey

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

POST_SECONDS: Final = 300
"""How long a presigned POST may be used."""


@dataclass(frozen=True, slots=True)
class PostSigner:
    """Signs uploads to the temp bucket of one stack."""

    s3: "S3Client"
    temp_bucket: str

    def sign(self, key: TempKey, size: int, content_type: str) -> dict[str, Any]:
        """Sign a POST: key, size, type and checksum are all fixed by its policy; ``url`` and ``fields``."""
        fixed = {
            "Content-Type": content_type,
            "x-amz-checksum-algorithm": "SHA256",
            "x-amz-checksum-sha256": base64.b64encode(bytes.fromhex(key.sha256)).decode(),
        }
        size_range = ["content-length-range", size, size]
        post = self.s3.generate_presigned_post(
            self.temp_bucket,
            str(key),
            Fields=dict(fixed),
            Conditions=[size_range, *({name: value} for name, value in fixed.items())],
            ExpiresIn=POST_SECONDS,
        )
        return {"url": post["url"], "fields": post["fields"]}
