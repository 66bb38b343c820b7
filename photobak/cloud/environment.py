"""The Lambdas' environment variables, read once into a value; the template sets them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from photobak.errors import ConfigError


@dataclass(frozen=True, slots=True)
class _Environment:
    @classmethod
    def read(cls, variables: Mapping[str, str] = os.environ) -> Self:
        """Read the fields from the variables of the same name in upper case.

        Raises:
            ConfigError: a variable is not set.
        """
        try:
            return cls(**{name: variables[name.upper()] for name in cls.__dataclass_fields__})
        except KeyError as error:
            raise ConfigError(
                f"the environment variable {error} is not set", next_step="Deploy the stack again."
            ) from error


@dataclass(frozen=True, slots=True)
class ProcessEnvironment(_Environment):
    """What the process function needs."""

    photo_bucket: str
    photos_table: str
    contents_table: str
    albums_table: str
    upload_queue_url: str
    """The queue that the function's messages come from."""
    object_lock_days: str
    """For how long S3 Object Lock protects new originals; 0 for not at all."""
    poster_function: str
    """The name of the function that makes posters of videos."""


@dataclass(frozen=True, slots=True)
class CallerEnvironment(_Environment):
    """What it takes to know who asks."""

    identity_pool_id: str
    login_provider: str
    """The user pool as the identity pool knows it: ``cognito-idp.{region}.amazonaws.com/{pool}``."""


@dataclass(frozen=True, slots=True)
class UndeleteEnvironment(CallerEnvironment):
    """What the restore function needs."""

    photo_bucket: str
    photos_table: str
    contents_table: str
    albums_table: str


@dataclass(frozen=True, slots=True)
class ApiEnvironment(CallerEnvironment):
    """What the api function needs."""

    temp_bucket: str
    photo_bucket: str
    photos_table: str
    contents_table: str
    albums_table: str
    max_upload_bytes: str
    months_table: str
    tickets_table: str
    limits_table: str
    changes_table: str
    trash_days: str
    """How long a deleted photo can be brought back."""


@dataclass(frozen=True, slots=True)
class PageEnvironment(_Environment):
    """What the page function needs; nothing of it is secret."""

    client_id: str
    """The user pool's one client."""
    issuer: str
    """The ``iss`` of the pool's ID tokens."""
    hosted_ui_url: str
    """Where Cognito's hosted UI is, without a trailing slash."""
    cognito_url: str
    """Where Cognito's API takes RevokeToken."""
    live_url: str
    """The WebSocket API as ``https://…``."""
    max_upload_bytes: str
    bucket_origins: str
    """Where browsers fetch pictures from and send uploads to, with spaces between them."""


@dataclass(frozen=True, slots=True)
class RepairEnvironment(UndeleteEnvironment):
    """What the repair function needs."""

    temp_bucket: str
    months_table: str
    poster_function: str
    """The name of the function that makes posters of videos."""


@dataclass(frozen=True, slots=True)
class LiveEnvironment(_Environment):
    """What the live function needs."""

    topics_table: str
    tickets_table: str
    changes_table: str
    identity_pool_id: str
    login_provider: str
    connections_url: str
    """The WebSocket API's management endpoint."""


@dataclass(frozen=True, slots=True)
class PublishEnvironment(_Environment):
    """What the publish function needs."""

    photos_table: str
    contents_table: str
    months_table: str
    topics_table: str
    changes_table: str
    connections_url: str


@dataclass(frozen=True, slots=True)
class DeviceEnvironment(_Environment):
    """What the device function needs."""

    device_grants_table: str
    client_id: str
    """The user pool's one client."""
    api_url: str
    """Where this function is reached from outside, without a trailing slash."""
    hosted_ui_url: str
    """Where Cognito's hosted UI is, without a trailing slash."""


@dataclass(frozen=True, slots=True)
class PreSignUpEnvironment(_Environment):
    """What the pre-sign-up function needs."""

    allowed_emails: str
    """Addresses and domains, with commas between them."""
