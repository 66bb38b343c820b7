"""The live Lambda: the WebSocket service's connections, subscriptions and messages."""
