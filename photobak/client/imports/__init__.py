"""Imports: what other services and programs know of photos, read from their exports."""
