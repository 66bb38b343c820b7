"""What the cloud keeps: found, listed, redated, deleted and brought back."""
