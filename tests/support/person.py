"""A person with a browser, as HTTP sees them: opens the sign-in page, fills in the form, follows the redirect."""

from dataclasses import dataclass
from urllib.parse import urlencode, urljoin

import urllib3

from photobak.client.account.sign_in.hosted_ui import HostedUiForm


@dataclass(frozen=True)
class Person:
    """Signs in at the hosted UI."""

    username: str
    password: str

    def sign_in(self, url: str) -> str:
        """The URL that the browser is sent to in the end."""
        page = urllib3.request("GET", url)
        form = HostedUiForm.of(page.data)
        fields = {**form.fields, "username": self.username, "password": self.password}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        target = urljoin(url, form.action)
        answer = urllib3.request("POST", target, body=urlencode(fields), headers=headers, redirect=False)
        return answer.headers["Location"]
