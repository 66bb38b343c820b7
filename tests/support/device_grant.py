"""Both ends of the device grant as HTTP sees them: the machine that waits, and the phone that a person holds."""

import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import urllib3
from support.local_stack import root_client

from photobak.client.account.sign_in.hosted_ui import HostedUiForm
from photobak.cloud.device.hosted_ui import HostedUi
from photobak.cloud.device.machine import GRANT_TYPE, MachineSide
from photobak.cloud.device.person import PersonSide
from photobak.cloud.store.device_grants import DeviceGrants
from photobak.local.lifecycle import STACK_NAME
from photobak.local.values import LocalStack

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TABLE = f"{STACK_NAME}-device-grants"


def post(url: str, fields: dict[str, str], **headers: str) -> tuple[int, dict[str, Any]]:
    """A form; the answer's status and JSON."""
    body, headers = urlencode(fields), {**FORM, **headers}
    # urllib3's own 3 s are too few where several Lambdas start at once on a busy machine.
    answer = urllib3.request("POST", url, body=body, headers=headers, redirect=False, timeout=30)
    return answer.status, answer.json()


class Machine:
    """A machine that has asked for a code."""

    def __init__(self, stack: LocalStack, **fields: str) -> None:
        self._api, self.client_id = stack.outputs.api_url, stack.outputs.client_id
        forget_codes_of_this_machine(stack)
        status, self.code = post(f"{self._api}/device/code", {"client_id": self.client_id, **fields})
        assert status == 200, self.code

    def poll(self, **changes: str) -> tuple[int, dict[str, Any]]:
        """Ask for the tokens; changes to "" leave a field out."""
        good = {"grant_type": GRANT_TYPE, "client_id": self.client_id, "device_code": self.code["device_code"]}
        fields = {name: value for name, value in {**good, **changes}.items() if value}
        return post(f"{self._api}/device/token", fields)


@dataclass
class Phone:
    """A browser without a screen: keeps cookies, fills in forms, follows no redirect by itself."""

    cookies: dict[str, str] = field(default_factory=dict)
    url: str = ""
    status: int = 0
    page: str = ""
    headers: Any = None

    def open(self, url: str) -> "Phone":
        return self._ask("GET", url, None)

    def submit(self, **fields: str) -> "Phone":
        """Fill in and send the form that is shown."""
        form = HostedUiForm.of(self.page.encode())
        return self.send(urljoin(self.url, form.action), {**form.fields, **fields})

    def send(self, url: str, fields: dict[str, str], **headers: str) -> "Phone":
        """Send what no form asked for."""
        return self._ask("POST", url, urlencode(fields), **headers)

    def follow(self) -> "Phone":
        """Go where the redirect leads."""
        assert self.status in (302, 303), self.page
        return self.open(self.headers["Location"])

    @property
    def title(self) -> str:
        return self._found("<h1>(.*?)</h1>")

    @property
    def problem(self) -> str:
        return self._found('role="alert">(.*?)</p>')

    def _found(self, pattern: str) -> str:
        found = re.search(pattern, self.page, re.DOTALL)
        assert found, self.page
        return found[1]

    def _ask(self, method: str, url: str, body: str | None, **headers: str) -> "Phone":
        sent = {**(FORM if body is not None else {}), **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = urllib3.request(method, url, body=body, headers=sent, redirect=False)
        for cookie in answer.headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.url, self.status, self.headers = url, answer.status, answer.headers
        self.page = answer.data.decode()
        return self


def sign_in(phone: Phone, stack: LocalStack) -> Phone:
    """Sign in at the hosted UI that the phone was just sent to, as the stack's owner."""
    owner = stack.accounts[0]
    return phone.submit(username=owner.username, password=owner.password)


def approve(code: dict[str, Any], stack: LocalStack, phone: Phone | None = None) -> Phone:
    """All that a person does with the codes of a machine, up to the page that says that it is done."""
    phone = phone or Phone()
    phone.open(code["verification_uri_complete"]).submit()
    assert phone.title == "Is this your device?", phone.page
    phone.submit(decision="yes").follow()
    return sign_in(phone, stack).follow()


def table_items(stack: LocalStack) -> list[dict[str, Any]]:
    """All that a reader of the table sees."""
    items: list[dict[str, Any]] = root_client(stack, "dynamodb").scan(TableName=TABLE)["Items"]
    return items


def texts_in(items: list[dict[str, Any]]) -> list[str]:
    """Every value in the items, and every part of one."""
    values = [str(value) for item in items for attribute in item.values() for value in attribute.values()]
    return list({part for value in values for part in (value, value.partition(":")[2]) if part})


def forget_codes_of_this_machine(stack: LocalStack) -> None:
    """All tests ask from one address, which may ask for a few codes in ten minutes."""
    root_client(stack, "dynamodb").delete_item(TableName=TABLE, Key={"id": {"S": "tries:codes:127.0.0.1"}})


class Clock:
    """Stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Sides:
    """The function's own code in this process, over the real table and the real hosted UI, at a clock of the test's."""

    machine: MachineSide
    person: PersonSide
    clock: Clock
    client_id: str

    @classmethod
    def of(cls, stack: LocalStack) -> "Sides":
        outputs, clock = stack.outputs, Clock()
        grants = DeviceGrants(root_client(stack, "dynamodb"), TABLE)
        callback = f"{outputs.api_url}/device/callback"
        hosted_ui = HostedUi(outputs.hosted_ui_url, outputs.client_id, callback, urllib3.PoolManager())
        return cls(
            MachineSide(grants, hosted_ui, f"{outputs.api_url}/device", clock),
            PersonSide(grants, hosted_ui, clock),
            clock,
            outputs.client_id,
        )

    def begin(self, address: str = "") -> dict[str, Any]:
        """Ask for codes, from an address of one's own unless one is given: each may ask for a few."""
        address = address or f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"
        return self.machine.begin({"client_id": self.client_id}, address)

    def poll(self, device_code: str) -> dict[str, Any]:
        return self.machine.token({"grant_type": GRANT_TYPE, "client_id": self.client_id, "device_code": device_code})


def query_of(url: str) -> dict[str, str]:
    """A URL's parameters, each there once."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def claims_of(id_token: str) -> dict[str, Any]:
    """What an ID token says, unverified."""
    import base64

    payload = id_token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found
