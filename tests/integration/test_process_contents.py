"""What becomes of an upload, by the deployed function: each file is put into the temp bucket, and S3 tells the queue.

A file is kept whatever it is: byte for byte, with previews where it is a photo that can be read, else with the reason.
"""

from dataclasses import dataclass

import pytest
import urllib3
from PIL import Image
from support.api import new_member, photo
from support.cloud import Aws, Person, announcement, live_aws, sha256_of_bytes
from support.local_stack import eventually
from support.photo_files import movie, png, xmp_packet
from support.pictures import ORIENTATION, encoded, opened, quadrants
from support.progressive import progressive_jpeg
from support.videos import video

from photobak.local.values import LocalStack
from photobak.photo.kind import Kind
from photobak.photo.record import Record, Status

PATIENCE = 60.0


@dataclass(frozen=True)
class File:
    """A file as its owner has it."""

    filename: str
    content: bytes
    reason: str | None = None
    """A word of why there is no preview; None where there is one, or needs none."""
    kind: Kind = Kind.PHOTO
    size: tuple[int, int] | None = (64, 48)
    """Pixels that the record states."""


def turned() -> bytes:
    """A JPEG that lies on its side."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    return encoded(quadrants(48, 64), "JPEG", exif=exif)


def animated() -> list[Image.Image]:
    return [quadrants(), quadrants().transpose(Image.Transpose.ROTATE_180)]


SCREEN = encoded(quadrants(640, 480), "JPEG")
FILES = {
    "plain": File("IMG_1.JPG", encoded(quadrants(), "JPEG")),
    "on its side": File("IMG_2.JPG", turned()),
    "heic": File("IMG_3.HEIC", encoded(quadrants(), "HEIF")),
    "cmyk": File("print.jpg", encoded(quadrants().convert("CMYK"), "JPEG")),
    "16 bit": File("scan.png", encoded(quadrants().convert("I;16"), "PNG")),
    "animated gif": File("cat.gif", encoded(animated()[0], "GIF", save_all=True, append_images=animated()[1:])),
    "animated webp": File("cat.webp", encoded(animated()[0], "WEBP", save_all=True, append_images=animated()[1:])),
    "another extension": File("really-a-png.jpg", encoded(quadrants(), "PNG")),
    "truncated": File("cut-off.jpg", SCREEN[: len(SCREEN) // 2], "truncated", size=(640, 480)),
    "empty": File("empty.jpg", b"", "empty", size=None),
    "text": File("text.jpg", b"not a photo at all", "no picture", size=None),
    "bomb": File("bomb.png", png(size=(60_000, 60_000)), "megapixels", size=(60_000, 60_000)),
    "many scans": File("busy.jpg", progressive_jpeg(4000, 4000, 2000), "scans", size=(4000, 4000)),
    "video": File("IMG_4.MP4", video(), kind=Kind.VIDEO, size=(320, 240)),
    "video without pictures": File("IMG_5.MOV", movie(), "no pictures", kind=Kind.VIDEO, size=(1920, 1080)),
    "sidecar": File("IMG_1.xmp", xmp_packet().encode(), kind=Kind.SIDECAR, size=None),
}


@pytest.fixture(scope="module")
def deployed(local_stack: LocalStack) -> Aws:
    return live_aws(local_stack)


@pytest.fixture(scope="module")
def kept(deployed: Aws) -> Person:
    """Somebody who has announced and uploaded all of the files at once."""
    person = deployed.person()
    said = [announcement(file.content, filename=file.filename, kind=file.kind) for file in FILES.values()]
    person.announce(*said)
    for file in FILES.values():
        person.upload(file.content)
    eventually(lambda: len(person.records) == len(FILES) and not person.waiting_uploads(), PATIENCE)
    return person


def record_of(person: Person, content: bytes) -> Record:
    (record,) = (each for each in person.records if each.sha256 == sha256_of_bytes(content))
    return record


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_kept_byte_for_byte(kept: Person, name: str) -> None:
    file = FILES[name]
    record = record_of(kept, file.content)
    original = kept.aws.root("s3").get_object(Bucket=kept.aws.photo_bucket, Key=record.original_key)
    assert original["Body"].read() == file.content
    assert original["ContentType"] == record.content_type
    said = {"taken-at": record.taken.isoformat(), "filename": file.filename}
    assert said.items() <= original["Metadata"].items()
    assert (record.kind, record.filename, record.size) == (file.kind, file.filename, len(file.content))
    assert (record.width, record.height) == (file.size or (None, None))
    assert kept.record_json(record.sha256) == record.to_json()


@pytest.mark.parametrize("name", [name for name, file in FILES.items() if file.reason])
def test_what_cant_be_decoded_says_why(kept: Person, name: str) -> None:
    record = record_of(kept, FILES[name].content)
    assert record.status is Status.NO_PREVIEW
    assert str(FILES[name].reason) in str(record.reason)
    assert (record.thumb_key, record.web_key) == (None, None)
    found = kept.content(record.sha256)
    assert found is not None
    assert (found.status, found.reason) == (Status.NO_PREVIEW, record.reason)


@pytest.mark.parametrize("name", [name for name, file in FILES.items() if not file.reason])
def test_a_photo_that_can_be_decoded_has_previews(kept: Person, name: str) -> None:
    file = FILES[name]
    record = record_of(kept, file.content)
    assert (record.status, record.reason) == (Status.STORED, None)
    if file.kind is Kind.SIDECAR:
        assert (record.thumb_key, record.web_key) == (None, None)
        return
    for key in (record.thumb_key, record.web_key):
        answer = kept.aws.root("s3").get_object(Bucket=kept.aws.photo_bucket, Key=key)
        assert answer["ContentType"] == "image/webp"
        assert opened(answer["Body"].read()).size == file.size


def test_a_temp_object_with_other_bytes_than_its_key_says_is_rejected(local_stack: LocalStack, deployed: Aws) -> None:
    """The local stack's S3 takes what AWS's would refuse by its checksum: the function is the last to look."""
    member = new_member(local_stack)
    announced, sent = b"what was announced", b"what was sent, lala"[:18]
    assert len(announced) == len(sent)
    sha256 = sha256_of_bytes(announced)
    (answer,) = member.prep(photo(sha256=sha256, size=len(announced))).body["photos"]
    fields = {**answer["fields"], "file": ("photo.jpg", sent)}
    assert urllib3.request("POST", answer["url"], fields=fields, retries=False).status == 204
    person = Person(deployed, member.identity_id)
    eventually(lambda: getattr(person.content(sha256), "status", None) is Status.REJECTED, PATIENCE)
    eventually(lambda: not person.waiting_uploads())
    assert sha256_of_bytes(sent) in str(getattr(person.content(sha256), "reason", None))
    assert (person.records, person.objects()) == ([], {})
