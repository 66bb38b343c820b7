"""Photos come to the local stack by form, many at once, and each stays what it is."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

from support.local_stack import post_form, root_client

from photobak.local.values import LocalStack


def test_forms_that_come_at_once_are_told_apart(local_stack: LocalStack) -> None:
    bucket, s3 = local_stack.outputs.bucket, root_client(local_stack, "s3")
    photos = {f"posted/{number}": os.urandom(1_000_000) for number in range(24)}

    with ThreadPoolExecutor(8) as pool:
        etags = pool.map(lambda key: post_form(local_stack, bucket, key, photos[key]), photos)

    assert list(etags) == [f'"{hashlib.md5(photo).hexdigest()}"' for photo in photos.values()]
    assert {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in photos} == photos
