"""The template's functions, and for each an event that its handler answers without AWS."""

import json
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

_TEST_EVENT = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "temp"}
_QUEUE = {"Records": [{"messageId": "1", "receiptHandle": "r", "body": json.dumps(_TEST_EVENT)}]}


def _get(path: str) -> dict[str, Any]:
    http = {"method": "GET", "path": path, "sourceIp": "192.0.2.1"}
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {},
        "requestContext": {"http": http, "stage": "$default", "domainName": "api.example"},
    }


EVENTS: dict[str, dict[str, Any]] = {
    "photobak.cloud.process.handler.handle": _QUEUE,
    "photobak.cloud.process.handler.salvage": _QUEUE,
    "photobak.cloud.poster.handler.handle": {"url": "https://photos.example/", "size": 0, "filename": "text"},
    "photobak.cloud.api.handler.handle": _get("/nowhere"),
    "photobak.cloud.page.handler.handle": _get("/"),
    "photobak.cloud.undelete.handler.handle": _get("/nowhere"),
    "photobak.cloud.repair.handler.handle": _get("/nowhere"),
    "photobak.cloud.device.handler.handle": _get("/device"),
    "photobak.cloud.live.handler.handle": {"type": "REQUEST", "methodArn": "arn", "headers": {}},
    "photobak.cloud.publish.handler.handle": {"Records": []},
    "photobak.cloud.pre_sign_up.handler.handle": {"triggerSource": "PreSignUp_AdminCreateUser", "request": {}},
}

ENVIRONMENT = {
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_EC2_METADATA_DISABLED": "true",
    "PHOTO_BUCKET": "photos",
    "TEMP_BUCKET": "temp",
    "PHOTOS_TABLE": "photos",
    "CONTENTS_TABLE": "contents",
    "TOPICS_TABLE": "topics",
    "TICKETS_TABLE": "tickets",
    "LIMITS_TABLE": "limits",
    "CHANGES_TABLE": "changes",
    "MONTHS_TABLE": "months",
    "ALBUMS_TABLE": "albums",
    "DEVICE_GRANTS_TABLE": "grants",
    "POSTER_FUNCTION": "poster",
    "UPLOAD_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/123456789012/queue",
    "CONNECTIONS_URL": "https://live.example",
    "API_URL": "https://api.example",
    "HOSTED_UI_URL": "https://sign-in.example",
    "ISSUER": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_pool",
    "COGNITO_URL": "https://cognito-idp.eu-central-1.amazonaws.com",
    "LIVE_URL": "https://live.example",
    "BUCKET_ORIGINS": "https://photos.example https://temp.example",
    "IDENTITY_POOL_ID": "eu-central-1:00000000-0000-0000-0000-000000000000",
    "LOGIN_PROVIDER": "cognito-idp.eu-central-1.amazonaws.com/eu-central-1_pool",
    "CLIENT_ID": "client",
    "MAX_UPLOAD_BYTES": "1000",
    "TRASH_DAYS": "30",
    "OBJECT_LOCK_DAYS": "0",
    "ALLOWED_EMAILS": "",
}


def handlers_of_the_template() -> set[str]:
    """Every ``Handler`` that the template names."""
    template = resources.files("photobak.stack").joinpath("template.yaml").read_text(encoding="utf-8")
    return set(re.findall(r"^ +Handler: (\S+)$", template, re.MULTILINE))


def run_cold(bundle: Path, handler: str) -> dict[str, Any]:
    """Run a handler once in a new process that finds nothing but the unpacked bundle."""
    script = Path(__file__).with_name("cold_start.py")
    command = [sys.executable, "-I", "-S", str(script), str(bundle), handler, json.dumps(EVENTS[handler])]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
