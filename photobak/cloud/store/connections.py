"""API Gateway's management API: says something to a connection, or ends it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient


class Connections:
    """The open connections of one WebSocket API."""

    def __init__(self, management: "ApiGatewayManagementApiClient") -> None:
        self._management = management

    def post(self, connection_id: str, text: str) -> bool:
        """Say something; the client repeats it where API Gateway throttles.

        Returns:
            False where the connection is gone.

        Raises:
            ClientError: it can't be said, also when tried again.
        """
        try:
            self._management.post_to_connection(ConnectionId=connection_id, Data=text.encode())
        except self._management.exceptions.GoneException:
            return False
        return True

    def end(self, connection_id: str) -> None:
        """End a connection; does nothing where it is gone."""
        try:
            self._management.delete_connection(ConnectionId=connection_id)
        except self._management.exceptions.GoneException:
            return
