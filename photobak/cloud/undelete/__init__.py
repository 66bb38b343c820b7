"""Lambda: takes photos out of the trash, and repairs records. It alone may delete versions, for markers are such."""
