"""Finds out what can be wrong with a backup, and the command that cures it."""
