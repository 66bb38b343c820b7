"""The photo bucket, wherever the right to read it comes from."""

from dataclasses import dataclass
from typing import Protocol

from photobak.client.account.session import Session
from photobak.client.transport.s3 import Bucket, bucket_url


class PhotoBucket(Protocol):
    """A photo bucket that may be read. Threads may share it."""

    @property
    def name(self) -> str:
        """The bucket's name."""

    @property
    def identity_id(self) -> str:
        """Whose photos are meant."""

    @property
    def objects(self) -> Bucket:
        """Where its objects are, and what signs requests for them."""


@dataclass(frozen=True, slots=True)
class SessionBucket:
    """The photo bucket of a profile, read by who is signed in."""

    session: Session

    @property
    def name(self) -> str:
        """As the profile has it."""
        return self.session.profile.bucket

    @property
    def identity_id(self) -> str:
        """Who is signed in."""
        return self.session.identity_id

    @property
    def objects(self) -> Bucket:
        """Below the local stack's endpoint, or at the bucket's own host."""
        profile = self.session.profile
        url = bucket_url(profile.bucket, profile.region, profile.endpoint_url)
        return Bucket(url, profile.region, self.session.credentials, self.session.forget_credentials)
