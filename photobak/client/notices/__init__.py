"""Tells people when something changes: which notices are due, what has been told, and the ways to send it."""
