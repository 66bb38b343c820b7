"""Verifies the backup: compares this machine, the tables and the bucket."""
