"""The gallery's files as HTTP answers: names that change with their content, headers that let nothing strange run."""

import hashlib
import json
import re
from http import HTTPStatus
from pathlib import Path

import pytest

from photobak.gallery.site import Settings, Site
from photobak.stack.page_files import page_files

SETTINGS = Settings(
    client_id="client",
    issuer="https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_A",
    hosted_ui_url="https://photos.auth.eu-central-1.amazoncognito.com",
    cognito_url="https://cognito-idp.eu-central-1.amazonaws.com/",
    ws_url="wss://ws.execute-api.eu-central-1.amazonaws.com/live",
    max_upload_bytes=5,
)
STATIC = Path(__file__).parents[2] / "photobak" / "gallery" / "static"
FILES = page_files(STATIC)
SITE = Site(SETTINGS, ("https://photos.s3.eu-central-1.amazonaws.com",), FILES)
PAGE = SITE.answer("", {}).body.decode()
ADDRESSES = re.findall(r'(?:href|src)="(static/[^"]+)"', PAGE)


def test_the_page_names_nothing_that_is_not_there() -> None:
    assert f"static/{SITE.version}/app.js" in ADDRESSES
    for address in ADDRESSES:
        assert SITE.answer(address, {}).status is HTTPStatus.OK, address


def test_what_has_the_version_in_its_name_stays_for_a_year_and_the_page_is_asked_for_each_time() -> None:
    assert SITE.answer("", {}).headers["Cache-Control"] == "no-cache"
    assert SITE.answer("static/config.json", {}).headers["Cache-Control"] == "no-cache"
    style = SITE.answer(f"static/{SITE.version}/style.css", {})
    assert style.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert style.headers["Content-Type"] == "text/css; charset=utf-8"


def test_a_page_that_has_not_changed_is_not_sent_again() -> None:
    tag = SITE.answer("", {}).headers["ETag"]
    again = SITE.answer("", {"if-none-match": tag})
    assert again.status is HTTPStatus.NOT_MODIFIED
    assert again.body == b""


@pytest.mark.parametrize(
    ("accepted", "coding", "suffix"),
    [
        ("gzip", "gzip", ".gz"),
        ("deflate, gzip", "gzip", ".gz"),
        ("gzip, deflate, br, zstd", "br", ".br"),
        ("br;q=1.0, gzip;q=0.8", "br", ".br"),
        ("br;q=0, gzip", "gzip", ".gz"),
    ],
)
def test_a_compressed_file_is_sent_to_clients_that_accept_it(accepted: str, coding: str, suffix: str) -> None:
    for path, name in [("", "index.html"), (f"static/{SITE.version}/app.js", "app.js")]:
        answer = SITE.answer(path, {"accept-encoding": accepted})
        assert answer.headers["Content-Encoding"] == coding
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.body == FILES[name + suffix]


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br;q=0.0"])
def test_other_clients_get_the_file_as_it_is(accepted: str) -> None:
    answer = SITE.answer("", {"accept-encoding": accepted})
    assert answer.body.decode() == PAGE
    assert "Content-Encoding" not in answer.headers


def test_the_settings_are_what_the_page_reads() -> None:
    assert json.loads(SITE.answer("static/config.json", {}).body)["client_id"] == "client"


@pytest.mark.parametrize(
    "path",
    [
        "static/",
        "static/app.js",
        "static/0000000000000000/app.js",
        f"static/{SITE.version}/../site.py",
        f"static/{SITE.version}/vendor/../app.js",
        f"static/{SITE.version}//etc/passwd",
        f"static/{SITE.version}/app.js.br",
        f"static/{SITE.version}/",
        "index.html",
    ],
)
def test_nothing_else_can_be_had(path: str) -> None:
    assert SITE.answer(path, {}).status is HTTPStatus.NOT_FOUND


def test_nothing_strange_can_run() -> None:
    policy = dict(rule.split(" ", 1) for rule in SITE.content_security_policy.split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["media-src"].split() == ["blob:", *SITE.bucket_origins]
    assert [name for name, allowed in policy.items() if "blob:" in allowed] == ["media-src"]
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in SITE.content_security_policy
    for origin in ("https://photos.auth.", "https://cognito-idp.", "wss://ws.", "https://photos.s3."):
        assert origin in policy["connect-src"]
    for path in ("", f"static/{SITE.version}/service_worker.js", "static/config.json", "nowhere"):
        headers = SITE.answer(path, {}).headers
        assert headers["Content-Security-Policy"] == SITE.content_security_policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_page_has_neither_script_nor_style_in_it_and_asks_nobody_else() -> None:
    assert not re.search(
        r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=|https?://", PAGE.replace("http://www.w3.org", "")
    )


@pytest.mark.parametrize("suffix", [".br", ".gz"])
def test_page_script_and_style_are_60_kb_at_most(suffix: str) -> None:
    names = [name for name in FILES if name.endswith((".js", ".css", ".html"))]
    assert {"app.js", "index.html", "style.css", "service_worker.js"} < set(names)
    assert sum(len(FILES[name + suffix]) for name in names) <= 60_000


def test_no_text_of_a_module_is_longer_than_a_line_since_indents_are_left_out() -> None:
    for path in STATIC.rglob("*.js"):
        code = re.sub(r"^\s*(/\*|\*|//).*$", "", path.read_text(), flags=re.MULTILINE)
        assert not [line for line in code.splitlines() if line.count("`") % 2], path


def test_what_others_wrote_is_as_they_wrote_it() -> None:
    packages = json.loads((STATIC.parent / "vendor.json").read_text())
    listed = {name: file["sha256"] for package in packages for name, file in package["files"].items()}
    there = {
        str(path.relative_to(STATIC / "vendor")): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (STATIC / "vendor").rglob("*.js")
    }
    assert listed == there
