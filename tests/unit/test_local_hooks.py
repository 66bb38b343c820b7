"""What the local stack's server is taught, as far as it needs no server."""

from contextvars import copy_context

from photobak.local.ministack_hooks import once_a_request


def test_a_form_is_taken_apart_once_a_request() -> None:
    seen: list[bytes] = []

    def parse(content_type: str, body: bytes) -> list[str]:
        seen.append(body)
        return [content_type, body.decode()]

    parse_once = once_a_request(parse)
    first, second = b"first", b"second"

    def request(body: bytes) -> list[list[str]]:
        return [parse_once("form", body) for _ in range(3)]

    assert copy_context().run(request, first) == [["form", "first"]] * 3
    assert copy_context().run(request, second) == [["form", "second"]] * 3
    assert seen == [first, second]


def test_another_body_in_the_same_request_is_another_form() -> None:
    parse_once = once_a_request(lambda _, body: [body])

    assert copy_context().run(lambda: [parse_once("", body) for body in (b"a", b"b", b"a")]) == [[b"a"], [b"b"], [b"a"]]
