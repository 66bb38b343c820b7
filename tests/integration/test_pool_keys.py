"""An ID token is checked against the keys that its pool publishes."""

import time

import pytest
from support.issuer import Issuer

from photobak.client.account.id_token import UntrustedToken, verify_id_token
from photobak.errors import CloudError


def test_a_token_is_believed_if_a_published_key_has_signed_it() -> None:
    with Issuer().running() as issuer:
        token = issuer.sign(issuer.claims(nonce="once"))
        claims = verify_id_token(token, issuer.profile(), nonce="once", now=time.time)
        assert claims.subject == issuer.subject
        with pytest.raises(UntrustedToken, match="signature"):
            verify_id_token(Issuer().sign(issuer.claims(nonce="once")), issuer.profile(), nonce="once", now=time.time)


def test_keys_that_cant_be_fetched_are_the_clouds_fault_not_the_tokens() -> None:
    with Issuer().running() as issuer:
        issuer.failing_with = 403
        with pytest.raises(CloudError, match="keys can't be fetched"):
            verify_id_token(issuer.sign(issuer.claims()), issuer.profile(), nonce=None, now=time.time)
