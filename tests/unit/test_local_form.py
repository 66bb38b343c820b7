"""An upload's form is taken apart as MiniStack does it, only with less work."""

from contextvars import copy_context

from hypothesis import example, given, settings
from hypothesis import strategies as st
from ministack.services import s3

from photobak.local.patches.form import once_a_request, photo_aside

BOUNDARY = "b0undary"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
PIECES = (
    b"--" + BOUNDARY.encode(),
    b"--\r\n",
    b"\r\n",
    b"\r\n\r\n",
    b'Content-Disposition: form-data; name="key"',
    b'Content-Disposition: form-data; name="file"; filename="file"',
    b"filename=",
    b"a photo's bytes",
    b"--",
    b'Content-Disposition: form-data; name="key"; filename="file"',
)
"""What forms are made of, sound ones and others."""


def test_a_form_is_taken_apart_once_a_request() -> None:
    seen: list[bytes] = []

    def parse(content_type: str, body: bytes) -> list[tuple[str, ...]]:
        seen.append(body)
        return [(content_type, body.decode())]

    parse_once = once_a_request(parse)
    first, second = b"first", b"second"

    def request(body: bytes) -> list[list[tuple[str, ...]]]:
        return [parse_once("form", body) for _ in range(3)]

    assert copy_context().run(request, first) == [[("form", "first")]] * 3
    assert copy_context().run(request, second) == [[("form", "second")]] * 3
    assert seen == [first, second]


def test_another_body_in_the_same_request_is_another_form() -> None:
    parse_once = once_a_request(lambda _, body: [(body,)])
    bodies = [b"a", b"b", b"a"]

    assert copy_context().run(lambda: [parse_once("", body) for body in bodies]) == [[(body,)] for body in bodies]


@settings(max_examples=1000, deadline=None)
@example([PIECES[6], *PIECES[2:4], PIECES[0], PIECES[3], PIECES[0], PIECES[5], PIECES[3], PIECES[7], PIECES[0]], FORM)
@example([PIECES[3], PIECES[0], PIECES[6], PIECES[3], PIECES[5], PIECES[0], PIECES[4], PIECES[3], PIECES[0]], FORM)
@given(st.lists(st.sampled_from(PIECES)), st.sampled_from([FORM, "text/plain"]))
def test_without_the_photo_in_between_the_parts_are_the_same(pieces: list[bytes], content_type: str) -> None:
    parse, body = s3._parse_multipart_form, b"".join(pieces)

    assert photo_aside(parse)(content_type, body) == parse(content_type, body)


def test_a_photo_is_not_copied_before_it_is_found() -> None:
    seen: list[int] = []

    def parse(content_type: str, body: bytes) -> list[tuple[object, ...]]:
        seen.append(len(body))
        return s3._parse_multipart_form(content_type, body)  # type: ignore[no-any-return]

    photo = bytes(range(256)) * 4000
    lines = (f"--{BOUNDARY}", 'Content-Disposition: form-data; name="file"; filename="a"', "", "")
    body = "\r\n".join(lines).encode() + photo + f"\r\n--{BOUNDARY}--\r\n".encode()
    ((name, _, _, value),) = photo_aside(parse)(FORM, body)
    assert (name, value, value.obj) == ("file", photo, body)
    assert sum(seen) < 1000


def test_a_field_with_a_file_name_that_is_no_file_keeps_its_own_bytes() -> None:
    lines = (
        f"--{BOUNDARY}",
        'Content-Disposition: form-data; name="key"; filename="a"',
        "",
        "value",
        f"--{BOUNDARY}--",
    )

    ((name, _, _, value),) = photo_aside(s3._parse_multipart_form)(FORM, "\r\n".join(lines).encode())

    assert (name, value.decode()) == ("key", "value")
