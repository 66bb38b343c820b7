"""The page Lambda: the gallery's page and what belongs to it, for everybody."""
