"""What comes to the local stack, by form and otherwise and many at once, has the ETag of its own bytes."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.local_stack import post_form, root_client

from photobak.local.values import LocalStack


def test_forms_that_come_at_once_are_told_apart(local_stack: LocalStack) -> None:
    bucket, s3 = local_stack.outputs.bucket, root_client(local_stack, "s3")
    photos = {f"posted/{number}": os.urandom(1_000_000) for number in range(24)}

    with ThreadPoolExecutor(8) as pool:
        etags = pool.map(lambda key: post_form(local_stack, bucket, key, photos[key]), photos)

    assert list(etags) == [f'"{hashlib.md5(photo).hexdigest()}"' for photo in photos.values()]
    assert {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in photos} == photos


@pytest.mark.parametrize("size", [0, 1000, 1_000_000])
def test_what_is_put_has_its_own_etag_too(local_stack: LocalStack, size: int) -> None:
    s3, body = root_client(local_stack, "s3"), os.urandom(size)
    put = s3.put_object(Bucket=local_stack.outputs.bucket, Key=f"put/{size}", Body=body)
    assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
