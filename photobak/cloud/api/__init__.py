"""The api Lambda: the HTTP API's routes."""
