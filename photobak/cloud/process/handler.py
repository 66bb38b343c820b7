"""Lambda entry points: a batch of queue messages in, the ones to be delivered again out."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from photobak.cloud.environment import ProcessEnvironment
from photobak.cloud.photos.describe import Previewer, previews_of
from photobak.cloud.process.keep import UploadKeeper
from photobak.cloud.process.queue import MalformedEvent, Message, Redelivery, is_throttled, upload_events
from photobak.cloud.store.connect import connect_library, connect_posters, connect_s3, connect_sqs
from photobak.cloud.store.posters import Posters
from photobak.cloud.store.uploads import Upload, UploadStore
from photobak.photo.media_type import MediaType
from photobak.photo.preview import Previews

logger = Logger()


def handle(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Store the uploads of one batch; only the messages that fail are delivered again."""
    return _handle(event, _keeper(_previews))


def salvage(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Store the uploads in the dead-letter queue without looking into them: no metadata, no previews.

    A photo that killed the process function three times (out of memory, out of time) is kept all the same.
    """
    return _handle(event, _keeper(_no_previews, reads_metadata=False))


def _handle(event: dict[str, Any], keeper: UploadKeeper) -> dict[str, Any]:
    messages = [Message.of(record) for record in event["Records"]]
    failed = [message.id for message in messages if not _is_done_with(message, keeper)]
    # Lambda developer guide, "Handling errors for an SQS event source": partial batch responses.
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _is_done_with(message: Message, keeper: UploadKeeper) -> bool:
    """Store a message's uploads; False if it has to be delivered again."""
    try:
        uploads = list(upload_events(message.body))
    except MalformedEvent as error:
        # Another delivery would not make it legible; an object under a foreign key expires by itself.
        logger.warning("A message was skipped", extra={"reason": str(error), "message_id": message.id})
        return True
    for upload in uploads:
        try:
            keeper.keep(upload)
        except Exception as error:  # whatever it was, the message is delivered again, and the photo is not lost
            logger.exception("An upload failed", extra={"sha256": upload.key.sha256})
            if is_throttled(error):
                _redelivery().anew(message)
                return True
            _redelivery().soon(message)
            return False
    return True


@cache
def _redelivery() -> Redelivery:
    return Redelivery(connect_sqs(), ProcessEnvironment.read().upload_queue_url)


@cache
def _keeper(previewer: Previewer, *, reads_metadata: bool = True) -> UploadKeeper:
    environment = ProcessEnvironment.read()
    library = connect_library(
        environment.photo_bucket, environment.photos_table, environment.contents_table, environment.albums_table
    )
    return UploadKeeper(
        uploads=UploadStore(connect_s3()),
        library=library,
        previewer=previewer,
        clock=lambda: datetime.now(UTC),
        reads_metadata=reads_metadata,
        lock_for=timedelta(days=int(environment.object_lock_days)),
    )


def _posters() -> Posters:
    return connect_posters(ProcessEnvironment.read().poster_function)


def _previews(upload: Upload, media_type: MediaType) -> Previews | str:
    return previews_of(_posters, upload, media_type)


def _no_previews(_upload: Upload, _media_type: MediaType) -> Previews | str:
    return "making previews failed three times (out of memory or time)"
