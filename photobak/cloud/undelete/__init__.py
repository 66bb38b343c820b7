"""The undelete Lambda: takes photos out of the trash and repairs records; it alone may delete versions (markers)."""
