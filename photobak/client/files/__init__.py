"""What lies on the disk: scan, select, examine."""
