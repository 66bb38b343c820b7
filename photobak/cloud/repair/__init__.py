"""The repair Lambda: brings back what the photo bucket has lost, as far as photos' bytes are needed for it."""
