"""The repair Lambda: restores what the photo bucket has lost, where that takes a photo's bytes."""
