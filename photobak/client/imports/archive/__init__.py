"""Archives and folders as one thing: a list of entries, each readable straight from where it lies."""
