"""The process Lambda: an upload in the temp bucket becomes a photo, or is refused."""
