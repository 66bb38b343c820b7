"""Signing in by an OpenID Connect provider (npm's oidc-provider): who is on the list may join, and nobody else."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from support.chromium import Chromium
from support.command_line import photobak
from support.local_profile import keep_profile
from support.local_stack import root_client
from support.node import node
from support.terminal import terminal
from support.user_pool import free_ports

from photobak.local.credentials import root_keys, root_session
from photobak.local.home import Home
from photobak.local.values import LocalStack
from photobak.stack.deploy import deploy
from photobak.stack.outputs import StackOutputs
from photobak.stack.target import Target

URL = r"http://127\.0\.0\.1:\d+/oauth2/authorize\?\S+"


def deploy_stack(local_stack: LocalStack, name: str, parameters: dict[str, str]) -> StackOutputs:
    """A stack of its own on the local stack, from the same template."""
    target = Target(root_session(root_keys(Home.at(local_stack.home))), local_stack.endpoint_url, 0.1)
    known = {"Environment": "local", "LocalEndpoint": local_stack.endpoint_url}
    return deploy(target, stack_name=name, parameters={**known, **parameters})


@pytest.fixture(scope="module")
def federated(local_stack: LocalStack, programs: Path) -> Iterator[StackOutputs]:
    """A stack with a provider that serves while it is used."""
    (port,) = free_ports(1)
    client = {"clientId": "photobak", "clientSecret": secrets.token_hex(16)}
    back = f"http://localhost:{local_stack.endpoint_url.rpartition(':')[2]}/oauth2/idpresponse"
    with node(programs / "identity_provider.mjs", {"port": port, "redirectUri": back, **client}) as provider:
        assert provider.stdout.readline() == "ready\n"
        parameters = {
            "OidcIssuer": f"http://127.0.0.1:{port}",
            "OidcClientId": client["clientId"],
            "OidcClientSecret": client["clientSecret"],
            "AllowedEmails": "ann@photobak.test, family.test",
        }
        yield deploy_stack(local_stack, "federated", parameters)


def sign_in_at_provider(page: "Page", email: str) -> None:  # noqa: F821 - see support.chromium
    """From the hosted UI, whose button for a provider adds this parameter; the local stack's has no buttons."""
    page.goto(f"{page.url}&identity_provider=OpenID")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", "any")
    page.click("button[type=submit]")
    page.get_by_role("button", name="Continue").click()


@pytest.mark.parametrize("email", ["ann@photobak.test", "Anybody@Family.test"])
def test_a_listed_address_signs_in(chromium: Chromium, federated: StackOutputs, tmp_path: Path, email: str) -> None:
    keep_profile(tmp_path, federated)
    with chromium.page() as page, terminal(tmp_path, "login", "--no-browser") as running:
        page.goto(running.until(URL).group())
        sign_in_at_provider(page, email)
        running.until(f"Signed in as {email}")
        assert running.process.wait(60) == 0
    assert json.loads(photobak(tmp_path, "whoami", "--json").stdout)["email"] == email
    assert photobak(tmp_path, "ls").returncode == 0


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("stranger@elsewhere.test", "Your e-mail address is not on this photobak's list. Ask the owner"),
        ("anybody@sub.family.test", "not on this photobak's list"),
        ("ann@photobak.test.elsewhere.test", "not on this photobak's list"),
        ("unverified.ann@photobak.test", "Your identity provider has not verified your e-mail address"),
    ],
)
def test_anybody_else_is_refused_and_the_page_says_why(
    chromium: Chromium, local_stack: LocalStack, federated: StackOutputs, tmp_path: Path, email: str, reason: str
) -> None:
    keep_profile(tmp_path, federated)
    with chromium.page() as page, terminal(tmp_path, "login", "--no-browser") as running:
        page.goto(running.until(URL).group())
        sign_in_at_provider(page, email)
        page.get_by_text(reason).wait_for()
        running.until(reason)
        assert running.process.wait(60) == 1
    pool = root_client(local_stack, "cognito-idp")
    users = pool.list_users(UserPoolId=federated.user_pool_id)["Users"]
    assert not [user for user in users if email in user["Username"]]


def test_by_device_code_too_and_the_code_stays_good_for_somebody_who_may(
    chromium: Chromium, federated: StackOutputs, tmp_path: Path
) -> None:
    keep_profile(tmp_path, federated)
    with terminal(tmp_path, "login", "--device") as waiting:
        url, user_code = waiting.until(r"\n  (http\S+)\n\n  ([A-Z-]+)\n").groups()
        for email, title in (("stranger@elsewhere.test", "Not signed in"), ("ann@photobak.test", "Signed in")):
            with chromium.page() as page:
                page.goto(f"{url}?user_code={user_code}")
                page.get_by_role("button", name="Continue").click()
                page.get_by_role("button", name="Yes, it is mine").click()
                page.wait_for_url("**/oauth2/authorize?**")
                sign_in_at_provider(page, email)
                page.wait_for_url("**/device/callback?**")
                page.get_by_role("heading", level=1, name=title, exact=True).wait_for()
                assert ("not on this photobak's list" in page.inner_text("p")) == (title == "Not signed in")
        waiting.until(r"Signed in as ann@photobak\.test")
        assert waiting.process.wait(60) == 0


def test_the_provider_is_the_templates_and_the_client_takes_it(
    local_stack: LocalStack, federated: StackOutputs
) -> None:
    pool = root_client(local_stack, "cognito-idp")
    names = {"UserPoolId": federated.user_pool_id}
    provider = pool.describe_identity_provider(**names, ProviderName="OpenID")["IdentityProvider"]
    assert provider["ProviderType"] == "OIDC"
    assert provider["AttributeMapping"] == {"email": "email", "email_verified": "email_verified"}
    client = pool.describe_user_pool_client(**names, ClientId=federated.client_id)["UserPoolClient"]
    assert client["SupportedIdentityProviders"] == ["COGNITO", "OpenID"]
    names["UserPoolId"] = local_stack.outputs.user_pool_id
    assert pool.list_identity_providers(**names)["Providers"] == [], "none where no parameter names one"


def test_google_is_the_native_provider_and_its_secret_is_not_shown(local_stack: LocalStack) -> None:
    parameters = {"GoogleClientId": "google-client", "GoogleClientSecret": "google-secret"}
    outputs = deploy_stack(local_stack, "google", parameters)
    pool = root_client(local_stack, "cognito-idp")
    names = {"UserPoolId": outputs.user_pool_id}
    provider = pool.describe_identity_provider(**names, ProviderName="Google")["IdentityProvider"]
    assert provider["ProviderType"] == "Google"
    assert provider["ProviderDetails"]["client_secret"] == "google-secret"
    assert provider["AttributeMapping"] == {"email": "email", "email_verified": "email_verified"}
    client = pool.describe_user_pool_client(**names, ClientId=outputs.client_id)["UserPoolClient"]
    assert client["SupportedIdentityProviders"] == ["COGNITO", "Google"]
    stack = root_client(local_stack, "cloudformation").describe_stacks(StackName="google")["Stacks"][0]
    assert "google-secret" not in str(stack["Parameters"])


def test_a_provider_goes_with_its_parameters(local_stack: LocalStack) -> None:
    parameters = {"GoogleClientId": "google-client", "GoogleClientSecret": "google-secret"}
    with_it = deploy_stack(local_stack, "passing", parameters)
    without = deploy_stack(local_stack, "passing", dict.fromkeys(parameters, ""))
    assert without.user_pool_id == with_it.user_pool_id
    pool = root_client(local_stack, "cognito-idp")
    assert pool.list_identity_providers(UserPoolId=with_it.user_pool_id)["Providers"] == []


def test_nobody_registers_by_themselves(local_stack: LocalStack) -> None:
    """Past the hosted UI, by Cognito's public call. AWS refuses it before the trigger, which is what answers here."""
    pool = boto3.client(
        "cognito-idp",
        region_name=local_stack.region,
        endpoint_url=local_stack.endpoint_url,
        config=Config(signature_version=UNSIGNED),
    )
    with pytest.raises(ClientError, match="by invitation"):
        pool.sign_up(
            ClientId=local_stack.outputs.client_id,
            Username="stranger@elsewhere.test",
            Password=secrets.token_urlsafe(24),
        )
