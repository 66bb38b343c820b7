"""Syncs again and again, when something changes and now and then in any case."""
