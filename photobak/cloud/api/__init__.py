"""The api Lambda: prep, listing, trash, new dates, WebSocket tickets."""
