"""What several functions do with photos."""
