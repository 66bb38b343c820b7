"""Lambda entry point: the presigned URL of a video in, its previews out, or why there are none.

Decoders of video are the largest target for hostile files, so they run apart: this function may read the one file whose
URL it gets, and write nowhere. If a file makes it crash, or takes it too long, no other function is hurt.
"""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from photobak.cloud.poster.ranged_file import RangedFile
from photobak.photo.decoder_guard import UndecodableImage
from photobak.photo.media_type import HEAD_BYTES, recognise
from photobak.photo.poster import make_poster

logger = Logger()


def handle(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer with ``previews``, or with the ``reason`` for a person why there are none; see ``store.posters``."""
    with RangedFile(event["url"], event["size"]) as file:
        answer = _answer(file, event["filename"])
        logger.info("A video was read", extra={"bytes_read": file.bytes_read, "reason": answer.get("reason")})
    return answer


def _answer(file: RangedFile, filename: str) -> dict[str, Any]:
    media_type = recognise(file.read(HEAD_BYTES), filename)
    if media_type is None:
        return {"reason": "the file is damaged or no video"}
    try:
        return {"previews": make_poster(file, media_type).to_json()}
    except UndecodableImage as error:
        return {"reason": error.why}
