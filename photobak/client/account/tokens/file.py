"""The token store of machines without a keyring: a 0600 file in a 0700 folder."""

from dataclasses import dataclass
from pathlib import Path

from photobak.client.account.tokens.interface import SignIn
from photobak.client.places import Places
from photobak.errors import ConfigError, SignInNeeded, reason_of
from photobak.platform.private_files import private_folder, read_private, write_private


@dataclass(frozen=True, slots=True)
class FileStore:
    """Keeps a profile's sign-in in ``path``."""

    path: Path

    @classmethod
    def of(cls, places: Places, profile_name: str) -> "FileStore":
        """The store of one profile: ``tokens/NAME.json`` in the state folder."""
        return cls(places.state / "tokens" / f"{profile_name}.json")

    @property
    def description(self) -> str:
        """For people."""
        return f"the file {self.path}"

    def read(self) -> SignIn | None:
        """See TokenStore. A file that others may read is refused, with the command that fixes it (ConfigError)."""
        if not self.path.parent.exists():
            return None
        private_folder(self.path.parent)
        content = read_private(self.path)
        if content is None:
            return None
        try:
            return SignIn.from_json(content)
        except ValueError as error:
            raise SignInNeeded(
                f"the saved sign-in in {self.path} can't be used", why=str(error), next_step="Type: photobak login"
            ) from None

    def write(self, sign_in: SignIn) -> None:
        """See TokenStore."""
        private_folder(self.path.parent)
        write_private(self.path, sign_in.to_json())

    def remove(self) -> None:
        """See TokenStore."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise ConfigError(f"{self.path} can't be removed", why=reason_of(error)) from error
