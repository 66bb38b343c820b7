"""The poster Lambda: makes the poster of a video; it has FFmpeg, and no right to anything but its log."""
