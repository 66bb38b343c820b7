"""Syncs folders: the pipeline from the files on the disk to the confirmations of the cloud."""
