"""The files on the disk: scan, select, examine, and what is reported about each."""
