"""Lambda entry points: a batch of queue messages in, the ones to be delivered again out."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from photobak.cloud.environment import ProcessEnvironment
from photobak.cloud.process.events import upload_events
from photobak.cloud.process.keep import Keeper
from photobak.cloud.process.previews import Previewer, previews_of
from photobak.cloud.process.redelivery import Redelivery, is_throttled
from photobak.cloud.store.connect import connect_library, connect_s3, connect_sqs
from photobak.cloud.store.uploads import Upload, UploadStore
from photobak.photo.media_type import MediaType
from photobak.photo.preview import Previews

logger = Logger()


def handle(event: dict[str, Any], context: LambdaContext) -> Any:
    """Keep the uploads of one batch; a message that fails is delivered again, the others are not."""
    return _handle(event, context, previews_of)


def salvage(event: dict[str, Any], context: LambdaContext) -> Any:
    """Keep the uploads that the dead-letter queue holds, without looking into them.

    A photo that has ended the process function three times (out of memory, out of time) is kept all the same.
    """
    return _handle(event, context, _no_previews)


def _handle(event: dict[str, Any], context: LambdaContext, previewer: Previewer) -> Any:
    keeper = _keeper(previewer)

    def keep_message(record: SQSRecord) -> None:  # Powertools hands it over by this name
        try:
            uploads = list(upload_events(json.loads(record.body)))
        except (ValueError, KeyError, TypeError) as error:
            # Delivering it again would not make it legible; an object under a foreign key expires by itself.
            logger.warning("A message was left aside", extra={"reason": str(error), "message_id": record.message_id})
            return
        for upload in uploads:
            try:
                keeper.keep(upload)
            except Exception as error:  # told here, because the batch processor tells nobody why it delivers again
                logger.exception("An upload failed", extra={"sha256": upload.key.sha256})
                if not is_throttled(error):
                    _redelivery().soon(record)
                    raise
                _redelivery().anew(record)
                return

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event=event, record_handler=keep_message, processor=processor, context=context)


@cache
def _redelivery() -> Redelivery:
    return Redelivery(connect_sqs(), ProcessEnvironment.read().upload_queue_url)


@cache
def _keeper(previewer: Previewer) -> Keeper:
    environment = ProcessEnvironment.read()
    library = connect_library(environment.photo_bucket, environment.photos_table, environment.contents_table)
    return Keeper(UploadStore(connect_s3()), library, previewer, clock=lambda: datetime.now(UTC))


def _no_previews(_upload: Upload, _media_type: MediaType) -> Previews | str:
    return "making previews of it failed three times (out of memory or time)"
