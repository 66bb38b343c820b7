"""The process Lambda: turns an upload in the temp bucket into a photo, or rejects it."""
