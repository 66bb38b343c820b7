"""Both buckets of the small cloud: presigned GETs with ranges, presigned POSTs, CORS for the gallery alone."""

import hashlib
import re
from collections.abc import Callable
from email import message_from_bytes
from email.policy import HTTP

from support.gallery.servers import Reply, Request
from support.gallery.shelf import Shelf, preview


class Bucket:
    """Objects of one person, whose addresses are good while their ``epoch`` is the current one."""

    def __init__(self, shelf: Callable[[], Shelf], upload: Callable[[str, bytes], None]) -> None:
        self.gallery_origin = ""
        self.epoch = 1
        """Another one, and all addresses that were given out have expired."""
        self.requests: list[tuple[str, str]] = []
        self.lost: set[str] = set()
        """SHA-256 of photos whose thumbnails can't be had."""
        self.broken_posts = 0
        """How many of the next uploads the network loses."""
        self.busy_posts = 0
        """How many of the next uploads S3 has no time for."""
        self._shelf = shelf
        self._upload = upload

    def reply(self, request: Request) -> Reply:
        self.requests.append((request.method, request.path))
        cors = {}
        if request.headers.get("origin") == self.gallery_origin:
            cors = {"Access-Control-Allow-Origin": self.gallery_origin, "Access-Control-Expose-Headers": "ETag"}
        if request.method == "OPTIONS":
            return Reply(204, headers={**cors, "Access-Control-Allow-Methods": "GET, POST"})
        reply = self._post(request) if request.method == "POST" else self._get(request)
        return Reply(reply.status, reply.body, {"Vary": "Origin", **cors, **reply.headers})

    def _get(self, request: Request) -> Reply:
        found = re.fullmatch(r"/(thumb|web|original)/me/([0-9a-f]{64})\.\w+", request.path)
        if not found or request.query.get("X-Epoch") != str(self.epoch):
            return Reply(403, b"<Error><Code>AccessDenied</Code></Error>", {"Content-Type": "application/xml"})
        kind, sha256 = found.groups()
        photo = self._shelf().get(sha256)
        if photo is None or (kind == "thumb" and sha256 in self.lost):
            return Reply(404)
        if kind != "original":
            return Reply(200, preview(photo, 400 if kind == "thumb" else 1200), {"Content-Type": "image/webp"})
        headers = {"Content-Type": photo.content_type, "Accept-Ranges": "bytes"}
        if "download" in request.query:
            headers["Content-Disposition"] = (
                f'attachment; filename="{photo.filename.encode("ascii", "replace").decode()}"'
            )
        return _ranged(photo.original or preview(photo, 1200), request.headers.get("range", ""), headers)

    def _post(self, request: Request) -> Reply:
        if self.broken_posts:
            self.broken_posts -= 1
            raise ConnectionResetError
        if self.busy_posts:
            self.busy_posts -= 1
            return Reply(503)
        head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
        fields: dict[object, bytes] = {}
        for part in message_from_bytes(head + request.body, policy=HTTP).iter_parts():
            fields[part.get_param("name", header="content-disposition")] = bytes(part.get_payload(decode=True))
        content = fields.pop("file")
        if fields.get("policy") != b"signed":
            return Reply(403)
        self._upload(hashlib.sha256(content).hexdigest(), content)
        return Reply(204)


def _ranged(content: bytes, asked: str, headers: dict[str, str]) -> Reply:
    found = re.fullmatch(r"bytes=(\d+)-(\d*)", asked)
    if not found:
        return Reply(200, content, headers)
    first, last = int(found[1]), min(len(content) - 1, int(found[2] or len(content)))
    if first >= len(content):
        return Reply(416, headers={"Content-Range": f"bytes */{len(content)}"})
    told = {"Content-Range": f"bytes {first}-{last}/{len(content)}"}
    return Reply(206, content[first : last + 1], {**headers, **told})
