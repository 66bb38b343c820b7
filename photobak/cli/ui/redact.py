"""Removes what nobody else may see from a text: tokens, keys, passwords, addresses, and where photos are."""

import re
from collections.abc import Iterable
from typing import Final

GONE: Final = "[removed]"
_SHORTEST: Final = 6
"""Characters; a shorter text is also part of harmless words."""

_PATTERNS: Final = (
    # A JWT (RFC 7519), or what begins as one
    (re.compile(r"eyJ[\w-]{8,}(?:\.[\w-]*){0,4}"), GONE),
    # AWS access key ids
    (re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b"), GONE),
    # The query of any URL: presigned URLs, authorization codes, tokens
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s?#\"']+)[?#][^\s\"']+", re.IGNORECASE), rf"\1?{GONE}"),
    # User name and password of a URL
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/@\"']+@", re.IGNORECASE), rf"\1{GONE}@"),
    # "secret_access_key": "…", Authorization: Bearer …, password=…
    (
        re.compile(
            r"([\w-]*(?:secret|token|password|passwd|signature|credential|api[_-]?key|authorization|cookie)[\w-]*"
            r"[\"']?\s*[:=]\s*)(?:Bearer\s+|Basic\s+)?[\"']?[^\s\"',;]+",
            re.IGNORECASE,
        ),
        rf"\1{GONE}",
    ),
    # 40 characters of base64: a secret access key; longer ones: session and refresh tokens
    (re.compile(r"(?<![\w/+=-])(?=[\w/+=-]*\d)(?=[\w/+=-]*[A-Z])[A-Za-z0-9/+=_-]{40,}"), GONE),
    # E-mail addresses
    (re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"), GONE),
    # Identity ids, user ids and other UUIDs
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE), GONE),
    # AWS account ids
    (re.compile(r"(?<![\d.])\d{12}(?![\d.])"), GONE),
)


class Redactor:
    """Redacts texts; knows the secrets of this machine besides what all secrets look like."""

    def __init__(self, secrets: Iterable[str] = (), private: Iterable[tuple[str, str]] = ()) -> None:
        """Make one.

        Args:
            secrets: texts that must not appear.
            private: texts and what to write instead, such as the home folder and ``~``.
        """
        self._secrets = sorted({each for each in secrets if len(each) >= _SHORTEST}, key=len, reverse=True)
        self._private = sorted(private, key=lambda each: -len(each[0]))

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, GONE)
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        for found, instead in self._private:
            text = text.replace(found, instead)
        return text


def without_names(text: str, folders: Iterable[str]) -> str:
    """Hide the names of files and folders below some folders; their endings stay."""
    for folder in folders:
        below = re.compile(re.escape(folder.rstrip("/")) + r"/[^\n:\"']*?(\.\w{1,5})?(?=[\n:\"']|$)")
        text = below.sub(lambda match: f"FOLDER/…{match[1] or ''}", text)
    return text
