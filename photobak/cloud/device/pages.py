"""The pages that the person sees: template files filled with escaped values; they load nothing and run no script."""

import base64
import hashlib
import html
from datetime import datetime
from functools import cache
from importlib import resources
from string import Template

from photobak.cloud.device.browser import Browser
from photobak.cloud.store.device_grants import Grant


def enter_page(action: str, browser: Browser, *, user_code: str = "", problem: str = "") -> str:
    """The page that asks for the code.

    Args:
        action: the URL that the form goes to.
        browser: the browser that gets the form.
        user_code: what the field is prefilled with.
        problem: why the last attempt was refused, without a full stop.
    """
    form = _filled("enter.html", action=action, proof=browser.form_proof, user_code=user_code)
    return _page("Sign in a device", (_filled("problem.html", problem=problem) if problem else "") + form)


def confirm_page(action: str, browser: Browser, user_code: str, grant: Grant, *, address: str, now: datetime) -> str:
    """The page that shows which device asks, and from where, and takes the decision.

    Args:
        action: the URL that the form goes to.
        browser: the browser that gets the form.
        user_code: the code that leads to the grant.
        grant: the device's grant.
        address: the browser's IP address.
        now: the time.
    """
    same_address = "the same as your browser's" if grant.address == address else f"your browser's is {address}"
    content = _filled(
        "confirm.html",
        action=action,
        proof=browser.form_proof,
        user_code=user_code,
        device_name=grant.device_name,
        address=grant.address,
        same_address=same_address,
        age=_age(grant, now),
    )
    return _page("Is this your device?", content)


def message_page(title: str, text: str) -> str:
    """A page with nothing but a message."""
    return _page(title, _filled("message.html", text=text))


@cache
def content_security_policy(hosted_ui_origin: str) -> str:
    """The policy of all pages: nothing is loaded, framed or run; the style is allowed by its hash.

    Forms post to our own origin. Browsers apply ``form-action`` to the redirect that answers a form too, hence the
    hosted UI's origin.
    """
    digest = base64.b64encode(hashlib.sha256(_file("style.css").encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self' {hosted_ui_origin}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def _age(grant: Grant, now: datetime) -> str:
    minutes = int((now - grant.requested_at).total_seconds()) // 60
    if minutes < 1:
        return "less than a minute ago"
    return "a minute ago" if minutes == 1 else f"{minutes} minutes ago"


def _page(title: str, content: str) -> str:
    values = {"title": html.escape(title), "style": _file("style.css"), "content": content}
    return Template(_file("page.html")).substitute(values)


def _filled(name: str, **values: str) -> str:
    return Template(_file(name)).substitute({key: html.escape(value) for key, value in values.items()})


@cache
def _file(name: str) -> str:
    return resources.files("photobak.cloud.device").joinpath("html", name).read_text(encoding="utf-8")
