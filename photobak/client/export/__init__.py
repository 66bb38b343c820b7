"""Exports originals with XMP sidecars that other programs read, and a list of all photos."""
