"""Lambda entry point of ``GET /`` and ``GET /static/…``: the files of the gallery. It may read nothing else."""

import base64
from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

import photobak.gallery
from photobak.cloud.environment import PageEnvironment
from photobak.gallery.site import Settings, Site


def handle(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    path = event.get("pathParameters", {}).get("name") if event.get("pathParameters") else None
    answer = _site().answer(f"static/{path}" if path is not None else "", event.get("headers", {}))
    return {
        "statusCode": answer.status.value,
        "headers": dict(answer.headers),
        "body": base64.b64encode(answer.body).decode(),
        "isBase64Encoded": True,
    }


@cache
def _site() -> Site:
    environment = PageEnvironment.read()
    settings = Settings(
        client_id=environment.client_id,
        issuer=environment.issuer,
        hosted_ui_url=environment.hosted_ui_url,
        cognito_url=environment.cognito_url,
        ws_url=environment.live_url.replace("http", "ws", 1),
        max_upload_bytes=int(environment.max_upload_bytes),
    )
    return Site(settings, tuple(environment.bucket_origins.split()), _built_files())


def _built_files() -> dict[str, bytes]:
    """The files that the bundle brings along (``photobak/stack/page_files.py``)."""
    folder = Path(photobak.gallery.__file__).parent / "built"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
