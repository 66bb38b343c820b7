"""Restores originals: under which names, from where, and whole before they get their name."""
