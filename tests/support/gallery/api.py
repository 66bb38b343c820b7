"""The HTTP API of the small cloud, as the gallery asks it (docs/gallery.md)."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from support.gallery.hosted_ui import HostedUi
from support.gallery.servers import Reply, Request, json_reply, problem
from support.gallery.shelf import Photos, Shelf, Shown, base64_text

from photobak.cloud.api.places import places_called
from photobak.gallery.site import Site
from photobak.photo.place.search import parse_position

TICKET = "a-ticket"


class Api:
    """The API and the page."""

    def __init__(self, shelf: Callable[[], Shelf], hosted_ui: HostedUi) -> None:
        self.site: Site
        self.bucket_origin = ""
        self.sequence: Callable[[], str] = lambda: ""
        self.epoch: Callable[[], int] = lambda: 1
        self.counts: Counter[str] = Counter()
        self.pages: list[dict[str, str]] = []
        """The queries of ``GET /list/photos``, in order."""
        self.broken = False
        """Whether everything but the page fails, as behind a gateway without network."""
        self.names: list[str] = []
        """The file names of all that was announced, in order."""
        self.announced: dict[str, dict[str, Any]] = {}
        self.trash: dict[str, Shown] = {}
        self.on_change: Callable[[Shown, str], None] = lambda photo, status: None
        self._shelf = shelf
        self._hosted_ui = hosted_ui

    def reply(self, request: Request) -> Reply:
        path = request.path.removeprefix("/")
        if request.method == "GET" and (path == "" or path.startswith("static/")):
            answer = self.site.answer(path, request.headers)
            return Reply(answer.status, answer.body, answer.headers)
        self.counts[f"{request.method} {re.sub('[0-9a-f]{64}', '*', path)}"] += 1
        if self.broken:
            return problem(503, "broken")
        if not self._hosted_ui.accepts(request.headers.get("authorization", "")):
            return json_reply({"message": "Unauthorized"}, 401)
        if request.method == "DELETE" and self._hosted_ui.is_stale(request.headers["authorization"]):
            error = {"error": "insufficient_user_authentication", "max_age": 900}
            return json_reply({"title": "Unauthorized", "status": 401, "detail": "Sign in again.", **error}, 401)
        return self._route(request, path)

    def _route(self, request: Request, path: str) -> Reply:
        original = re.fullmatch(r"photos/([0-9a-f]{64})/original", path)
        if original and request.method == "GET":
            return self._original(original[1])
        match request.method, path:
            case "GET", "timeline":
                return self._timeline(request.query.get("month"))
            case "GET", "list/photos":
                self.pages.append(dict(request.query))
                return self._list(dict(request.query))
            case "GET", "places":
                return json_reply(places_called(request.query["name"]))
            case "POST", "prep/photoupload":
                return json_reply({"photos": [self._prepare(photo) for photo in request.json()["photos"]]})
            case "POST", "photos/describe":
                return json_reply({"photos": [self._describe(**photo) for photo in request.json()["photos"]]})
            case "DELETE", "photos":
                return json_reply({"photos": [self._trash(sha256) for sha256 in request.json()["photos"]]})
            case "POST", "photos/restore":
                return json_reply({"photos": [self._restore(sha256) for sha256 in request.json()["photos"]]})
            case "POST", "ws/ticket":
                return json_reply({"ticket": TICKET, "expires_in": 60})
        return problem(404, "There is nothing here.")

    @property
    def photos(self) -> Photos:
        """The photos, where they can be changed."""
        shelf = self._shelf()
        assert isinstance(shelf, Photos)
        return shelf

    def _timeline(self, month: str | None) -> Reply:
        months = [
            {"month": name, "count": len(ratios), "ratios": base64_text(ratios)}
            for name, ratios in self._shelf().months()
            if month in (None, name)
        ]
        return json_reply({"sequence": self.sequence(), "months": months})

    def _list(self, query: dict[str, str]) -> Reply:
        limit = int(query.get("limit", 10))
        shelf = self._shelf()
        if "month" in query:
            return json_reply({"photos": self._entries(shelf.page(query["month"], int(query["position"]), limit))})
        if "photo" in query:
            photo = shelf.get(query["photo"])
            return json_reply({"photos": self._entries(self._place(photo)) if photo else []})
        found = [(index, photo) for index, photo in enumerate(self.photos.all) if _matches(photo, query)]
        start = int(query.get("before", 0))
        page = found[start : start + limit]
        more = {"before": str(start + limit)} if start + limit < len(found) else {}
        entries = self._entries(page)
        for entry in entries:
            del entry["month"], entry["position"]
        return json_reply({"photos": entries, **more})

    def _place(self, photo: Shown) -> list[tuple[int, Shown]]:
        page = self._shelf().page(photo.month, 0, 1_000_000)
        return [(position, each) for position, each in page if each.sha256 == photo.sha256]

    def _entries(self, page: list[tuple[int, Shown]]) -> list[dict[str, Any]]:
        return [self._entry(position, photo) for position, photo in page]

    def _entry(self, position: int, photo: Shown) -> dict[str, Any]:
        entry = photo.record() | {"month": photo.month, "position": position}
        if photo.status == "stored":
            entry |= {f"{kind}_url": self._url(f"{kind}/me/{photo.sha256}.webp") for kind in ("thumb", "web")}
        return entry

    def _url(self, key: str, query: str = "") -> str:
        return f"{self.bucket_origin}/{key}?X-Amz-Signature=secret&X-Epoch={self.epoch()}{query}"

    def _original(self, sha256: str) -> Reply:
        photo = self._shelf().get(sha256)
        if photo is None:
            return problem(404, "This photo isn't in your library.")
        if photo.fields.get("frozen"):
            return problem(409, "The original is in cold storage.")
        key = f"original/me/{sha256}.bin"
        return json_reply({"url": self._url(key), "download_url": self._url(key, "&download=1"), "expires_in": 900})

    def _prepare(self, announced: dict[str, Any]) -> dict[str, Any]:
        sha256 = announced["sha256"]
        self.names.append(announced["filename"])
        if sha256 in self.trash:
            return {"sha256": sha256, "timestamp": "1", "status": "trashed"}
        if self._shelf().get(sha256):
            return {"sha256": sha256, "timestamp": "1", "status": "stored"}
        self.announced[sha256] = announced
        fields = {"key": f"me/{sha256}", "policy": "signed", "Content-Type": announced["content_type"]}
        return {
            "sha256": sha256,
            "timestamp": "1",
            "status": "upload",
            "url": self.bucket_origin + "/",
            "fields": fields,
        }

    def _describe(self, sha256: str, **fields: Any) -> dict[str, Any]:
        self.photos.amend(sha256, **fields)
        return {"sha256": sha256, "status": "stored"}

    def _trash(self, sha256: str) -> dict[str, Any]:
        photo = self.photos.remove(sha256)
        if photo is None:
            return {"sha256": sha256, "status": "unknown"}
        self.trash[sha256] = photo
        self.on_change(photo, "trashed")
        return {"sha256": sha256, "status": "trashed", "trashed_until": "2999-01-01T00:00:00+00:00"}

    def _restore(self, sha256: str) -> dict[str, Any]:
        photo = self.trash.pop(sha256)
        self.photos.add(photo)
        self.on_change(photo, "stored")
        return {"sha256": sha256, "status": "stored"}

    def keep_upload(self, sha256: str, content: bytes) -> None:
        """What the process Lambda does with an upload."""
        announced = self.announced.pop(hashlib.sha256(content).hexdigest(), None)
        if announced is None:
            return
        from datetime import datetime

        photo = Shown(
            sha256=sha256,
            taken_at=datetime.fromisoformat(announced["taken_at"]),
            filename=announced["filename"],
            kind=announced["kind"],
            content_type=announced["content_type"],
            size=len(content),
            original=content,
            fields={"sources": announced["sources"], "taken_source": announced["taken_source"]},
        )
        self.photos.add(photo)
        self.on_change(photo, "stored")


def _matches(photo: Shown, query: dict[str, str]) -> bool:
    record = photo.record()
    day = record["taken_at"][:10]
    near = parse_position(query["near"]) if "near" in query else None
    return (
        query.get("camera", "").lower() in (record["camera"] or "").lower()
        and query.get("kind", photo.kind) == photo.kind
        and query.get("name", "").lower() in photo.filename.lower()
        and (query.get("favorite") != "true" or bool(record.get("favorite")))
        and (near is None or near.holds(record["latitude"], record["longitude"]))
        and query.get("since", "")[:10] <= day <= (query.get("until", "") or "9999")[:10]
    )
