"""Says something to everyone who listens to a topic."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from aws_lambda_powertools import Logger

from photobak.cloud.store.connections import AT_ONCE, Connections, NotDelivered
from photobak.cloud.store.topics import Topic, TopicsTable

logger = Logger(child=True)


@dataclass(frozen=True, slots=True)
class FanOut:
    """Delivers messages of one stack."""

    topics: TopicsTable
    connections: Connections
    clock: Callable[[], datetime]

    def deliver(self, topic: Topic, texts: Sequence[str]) -> int:
        """Say these texts, in this order, to each connection that listens.

        Who is gone is forgotten. Who can't be told something, though API Gateway was asked again and again, is
        disconnected, and so knows that something was missed: clients catch up when they connect again.

        Returns:
            How many connections have been told all of it.

        Raises:
            BotoCoreError: the table can't be reached.
            ClientError: the table can't be read.
            NotDelivered: nobody may be spoken to.
            urllib3.exceptions.HTTPError: API Gateway can't be reached.
        """

        def tell(connection_id: str) -> bool:
            return self._tell(topic, connection_id, texts)

        told = 0
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for connection_ids in self.topics.listeners(topic, self.clock()):
                told += sum(pool.map(tell, connection_ids))
        return told

    def _tell(self, topic: Topic, connection_id: str, texts: Sequence[str]) -> bool:
        try:
            if all(self.connections.post(connection_id, text) for text in texts):
                return True
        except NotDelivered as error:
            logger.warning("A listener was disconnected", extra={"reason": error.why, "connection_id": connection_id})
            self.connections.end(connection_id)
        self.topics.unsubscribe(topic, connection_id)
        return False
