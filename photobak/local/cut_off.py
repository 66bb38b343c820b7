"""Uploads whose event was lost with the server: their temp objects are announced to the queue once more.

On AWS the queue is as durable as the bucket; here it is in memory, and an event that was waiting in it is gone after
``kill -9``. The object is not. An event too many does no harm: events come at least once on AWS too.
"""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

if TYPE_CHECKING:
    import boto3


def announce_uploads(session: "boto3.Session", endpoint_url: str, temp_bucket: str) -> int:
    """Send an ``ObjectCreated`` event for each object of the temp bucket; returns how many there were."""
    s3 = session.client("s3", endpoint_url=endpoint_url)
    sqs = session.client("sqs", endpoint_url=endpoint_url)
    configuration = s3.get_bucket_notification_configuration(Bucket=temp_bucket)
    queues = [entry["QueueArn"].rpartition(":")[2] for entry in configuration.get("QueueConfigurations", [])]
    urls = [sqs.get_queue_url(QueueName=name)["QueueUrl"] for name in queues]
    count = 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=temp_bucket):
        for found in page.get("Contents", []):
            count += 1
            for url in urls:
                sqs.send_message(QueueUrl=url, MessageBody=json.dumps(_event(temp_bucket, found["Key"], found["Size"])))
    return count


def _event(bucket: str, key: str, size: int) -> dict[str, Any]:
    """An S3 event notification (S3 User Guide, "Event message structure"), as far as it is known here."""
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Post",
        "s3": {"bucket": {"name": bucket}, "object": {"key": quote_plus(key, safe="/"), "size": size}},
    }
    return {"Records": [record]}
