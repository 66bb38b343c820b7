"""Which of many objects are there: one page of a listing says the same as a request for each would."""

from support.cloud import Aws

from photobak.cloud.store.objects import PhotoBucket


def test_a_page_tells_what_is_there_and_never_of_what_lies_beyond_it(aws: Aws) -> None:
    s3, bucket, person = aws.root("s3"), aws.photo_bucket, aws.person()
    present = PhotoBucket(s3, bucket).present
    folder = f"original/{person.identity_id}"
    there = [f"{folder}/{number:02}.jpg" for number in range(24)]
    for key in (*there, f"{folder}0/00.jpg"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    hidden, never = there[3], f"{folder}/04.png"
    s3.delete_object(Bucket=bucket, Key=hidden)

    asked = [*there[:10], never]
    assert present(asked) == {key: key not in (hidden, never) for key in asked}
    apart = [*there[:7], there[23]]  # the page has 16 keys
    assert present(apart) == {key: key != hidden for key in there[:7]}
    gone = [f"{folder}/gone{number}.jpg" for number in range(9)]
    assert present(gone) == dict.fromkeys(gone, False)
    assert present(there[:7]) == {}  # a request for each costs less
