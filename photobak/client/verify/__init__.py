"""Proves that the backup is there: this machine, the tables and the bucket, compared with each other."""
