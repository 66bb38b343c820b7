"""A keyring that stands in for a desktop's."""

from keyring.backend import KeyringBackend


class Desktop(KeyringBackend):
    priority = 1
    name = "desktop"

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError
