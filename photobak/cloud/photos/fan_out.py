"""Delivers messages to every listener of a topic."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from aws_lambda_powertools import Logger

from photobak.cloud.store.connections import PARALLEL_POSTS, Connections, NotDelivered
from photobak.cloud.store.topics import Topic, TopicsTable

logger = Logger(child=True)


@dataclass(frozen=True, slots=True)
class FanOut:
    """Delivers messages of one stack."""

    topics: TopicsTable
    connections: Connections
    clock: Callable[[], datetime]

    def deliver(self, topic: Topic, texts: Sequence[str]) -> int:
        """Post these texts, in this order, to each subscribed connection.

        A gone connection's subscription is removed. A connection that can't be posted to after retries is closed, so
        that its client knows it missed something and catches up when it reconnects.

        Returns:
            The number of connections that got all texts.

        Raises:
            BotoCoreError: DynamoDB can't be reached.
            ClientError: the table can't be read.
            NotDelivered: API Gateway refuses to close a connection.
            urllib3.exceptions.HTTPError: API Gateway can't be reached.
        """

        def deliver_to(connection_id: str) -> bool:
            return self._deliver_to(topic, connection_id, texts)

        delivered = 0
        with ThreadPoolExecutor(PARALLEL_POSTS) as pool:
            for connection_ids in self.topics.listeners(topic, self.clock()):
                delivered += sum(pool.map(deliver_to, connection_ids))
        return delivered

    def _deliver_to(self, topic: Topic, connection_id: str, texts: Sequence[str]) -> bool:
        try:
            if all(self.connections.post(connection_id, text) for text in texts):
                return True
        except NotDelivered as error:
            logger.warning("A listener was disconnected", extra={"reason": error.why, "connection_id": connection_id})
            self.connections.close(connection_id)
        self.topics.unsubscribe(topic, connection_id)
        return False
