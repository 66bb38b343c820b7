"""A page of S3's listing, as S3 writes it, and what is none."""

import pytest

from photobak.client.transport.listing import ListedObject, ListingPage

LAST = b"""<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix>original/me/</Prefix>
<IsTruncated>false</IsTruncated><EncodingType>url</EncodingType>
<Contents><Key>original/me/caf%C3%A9+%26%2B%01.jpg</Key><LastModified>2026-11-24T12:00:00.000Z</LastModified>
<ETag>&quot;e&quot;</ETag><Size>12</Size><StorageClass>GLACIER</StorageClass><Owner><ID>me</ID></Owner></Contents>
<Contents><Key>original/me/b</Key><Size>0</Size><LastModified>x</LastModified></Contents>
</ListBucketResult>"""


def test_what_it_says_of_each_object() -> None:
    page = ListingPage(LAST)
    assert page.objects == [
        ListedObject("original/me/caf\u00e9 &+\x01.jpg", 12, "2026-11-24T12:00:00.000Z", "GLACIER"),
        ListedObject("original/me/b", 0, "x", ""),
    ]
    assert page.next_page is None


def test_where_it_goes_on() -> None:
    more = b"<IsTruncated>true</IsTruncated><NextContinuationToken>a+b/c==</NextContinuationToken>"
    assert ListingPage(LAST.replace(b"<IsTruncated>false</IsTruncated>", more)).next_page == "a+b/c=="


@pytest.mark.parametrize(
    "body", [b"", b"{}", LAST[:-30], LAST + b"x", LAST.replace(b"<Size>0", b"<Size>x"), LAST.replace(b"Size", b"size")]
)
def test_what_is_no_page(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        ListingPage(body)
