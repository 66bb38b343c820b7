"""What a sync reads from DynamoDB."""

from typing import Any

from support.backup import Backup

from photobak.client.account.session import Session


class CountingBackup(Backup):
    """A person whose sessions count the items that they read from DynamoDB by key."""

    items_read = 0

    def session(self) -> Session:
        session = super().session()
        made = session.client

        def client(service: Any) -> Any:
            found: Any = made(service)
            found.meta.events.register("provide-client-params.dynamodb.BatchGetItem", self._count)
            return found

        session.client = client  # type: ignore[assignment, method-assign]
        return session

    def _count(self, params: dict[str, Any], **_: object) -> None:
        self.items_read += sum(len(table["Keys"]) for table in params["RequestItems"].values())
