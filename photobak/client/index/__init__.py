"""The index: what this machine knows of its files, and of what the cloud has confirmed."""
