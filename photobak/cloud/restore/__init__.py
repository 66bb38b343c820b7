"""Lambda: takes photos out of the trash. It alone may delete versions, for delete markers are such."""
